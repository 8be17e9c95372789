import { Extensions } from 'type-graphql';

type Extended = { extensions: Readonly<Record<string, unknown>> };

/**
 * Declares the maximum number of items of a list: of the decorated field of an input type, or of the argument `argument` of the
 * decorated method. The argument guard adds it to the description and enforces it.
 *
 * @example @Field(() => [String]) @MaxInputItems(20) tags: string[];
 */
export function MaxInputItems(maxItems: number, argument?: string): MethodDecorator & PropertyDecorator {
  return Extensions(
    argument === undefined ? { maxInputItems: maxItems } : { maxItemsOfArguments: { [argument]: maxItems } },
  );
}

export function maxItemsOfInputField({ extensions }: Extended): number | undefined {
  return extensions.maxInputItems as number | undefined;
}

export function maxItemsOfArgument({ extensions }: Extended, argument: string): number | undefined {
  const declared = extensions.maxItemsOfArguments as Readonly<Record<string, number>> | undefined;
  return declared?.[argument];
}
