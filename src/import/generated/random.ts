import type { Faker } from '@faker-js/faker';

/** Times count back from here, not from now, so that the same seed generates the same rows on any day. */
export const lastTime = new Date('2025-01-01T00:00:00Z');
export const firstTime = new Date('2015-01-01T00:00:00Z');
const day = 24 * 60 * 60 * 1000;

export function daysAfter(time: Date, days: number): Date {
  return new Date(time.getTime() + days * day);
}

export function localDate(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** Random values. Every call draws from one sequence, so the order of the calls decides the values. */
export interface Random {
  faker: Faker;
  uuid(): string;
  chance(probability: number): boolean;
  oneOf<Item>(items: readonly Item[]): Item;
  integer(min: number, max: number): number;
  /** Generates between `min` and `max` items. */
  times<Item>(min: number, max: number, generate: (position: number) => Item): Item[];
  between(from: Date, to: Date): Date;
}

/** Starts a sequence for a bank (index -1) or one of its customers, so that each of them can be generated alone. */
export function openRandom(faker: Faker, seed: number, bankId: string, index: number): Random {
  faker.seed([seed, index, ...Buffer.from(bankId)]);
  const integer = (min: number, max: number) => faker.number.int({ min, max });
  return {
    faker,
    uuid: () => faker.string.uuid(),
    chance: (probability) => faker.number.float() < probability,
    oneOf: (items) => faker.helpers.arrayElement(items),
    integer,
    times: (min, max, generate) => Array.from({ length: integer(min, max) }, (_, position) => generate(position)),
    between: (from, to) => new Date(integer(from.getTime(), to.getTime())),
  };
}
