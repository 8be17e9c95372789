/** The maximum lengths of texts in imports, compared with those in the descriptions of inputs. */
import { readFile } from 'node:fs/promises';
import { isInputObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { InvalidValue } from '../../src/base/value-rules.ts';
import { entities } from '../../src/import/entities.ts';
import type { Entity } from '../../src/import/entity.ts';
import type { Field } from '../../src/import/fields.ts';
import { gatewaySchema } from '../../src/schema.ts';

const inputTypes: Record<string, string> = {
  account: 'CreateAccountInput',
  accountAttribute: 'AccountAttributeInput',
  accountRouting: 'AccountRoutingInput',
  attributeDefinition: 'CustomerAttributeDefinitionInput',
  crmEvent: 'CreateCrmEventInput',
  customer: 'CreateCustomerInput',
  customerAccountLink: 'CreateCustomerAccountLinkInput',
  customerAddress: 'CustomerAddressInput',
  customerAttribute: 'CustomerAttributeInput',
  customerMessage: 'CreateCustomerMessageInput',
  kycCheck: 'AddKycCheckInput',
  kycDocument: 'AddKycDocumentInput',
  kycMedia: 'AddKycMediaInput',
  meeting: 'CreateMeetingInput',
  socialMediaHandle: 'SocialMediaHandleInput',
  taxResidence: 'TaxResidenceInput',
  user: 'CreateUserInput',
  userAttribute: 'UserAttributeInput',
};
const withoutInput = [
  'bank',
  'customerLink',
  'entitlement',
  'accountHolder',
  'kycStatus',
  'meetingInvitee',
  'userCustomerLink',
];

const ignored = { problem: () => undefined, corrected: () => undefined };

function accepts({ parse }: Field, text: string): boolean {
  try {
    parse(text, {}, ignored);
    return true;
  } catch (error) {
    if (error instanceof InvalidValue) return false;
    throw error;
  }
}

/** The length of the longest text that an import accepts. Null if the field is not a text of any content. */
function maxLengthOf(field: Field): number | null {
  const [prefix] = ['', 'https://media.example.com/'].filter((start) => accepts(field, `${start}x`));
  if (prefix === undefined || accepts(field, 'x'.repeat(10_000))) return null;
  let [valid, invalid] = [prefix.length + 1, 10_000];
  while (invalid - valid > 1) {
    const length = Math.floor((valid + invalid) / 2);
    if (accepts(field, prefix.padEnd(length, 'x'))) valid = length;
    else invalid = length;
  }
  return valid;
}

/** The maximum length in the description of an input field. */
async function describedLengths(inputType: string): Promise<Map<string, number>> {
  const type = (await gatewaySchema()).getType(inputType);
  if (!isInputObjectType(type)) throw new Error(`${inputType} is not an input type.`);
  return new Map(
    Object.values(type.getFields()).flatMap(({ name, description }) => {
      const [, length] = /at most ([\d,]+) characters/.exec(description ?? '') ?? [];
      return length === undefined ? [] : [[name, Number(length.replace(',', ''))]];
    }),
  );
}

test('every entity of an import has an input, or none', () => {
  expect(entities.map(({ name }) => name).sort()).toEqual([...Object.keys(inputTypes), ...withoutInput].sort());
});

test('docs/import.md lists all fields in which imports accept longer texts than GraphQL', async () => {
  const differing: [field: string, graph: number, imported: number][] = [];
  let compared = 0;
  for (const { name, fields } of entities as readonly Entity[]) {
    const inputType = inputTypes[name];
    if (inputType === undefined) continue;
    const lengths = await describedLengths(inputType);
    for (const field of fields) {
      const [length, imported] = [lengths.get(field.column), maxLengthOf(field)];
      if (length === undefined || imported === null) continue;
      compared += 1;
      if (length !== imported) differing.push([`${name}.${field.column}`, length, imported]);
    }
  }
  const page = await readFile(new URL('../../docs/import.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+\.\w+)` \| ([\d,]+) \| ([\d,]+) \|$/gm)].map(([, field, ...lengths]) => [
    field,
    ...lengths.map((length) => Number(length.replace(',', ''))),
  ]);

  expect(compared).toBeGreaterThan(40);
  expect(listed).toEqual(differing);
  for (const [field, length, imported] of differing) expect([field, imported > length]).toEqual([field, true]);
});
