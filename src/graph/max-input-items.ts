import { Extensions } from 'type-graphql';

type Extended = { extensions: Readonly<Record<string, unknown>> };

/**
 * The maximum number of items of a list. On a field of an input type it applies to the field, on a method to its argument
 * `argument`. It is printed in the description, and the argument guard enforces it.
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
