import { GatewayError } from '../../base/errors.ts';

/** How many problems of one customer are told at once: an answer is not to grow far beyond its request. */
const maxErrorsOfCustomer = 10;

export type Problems = ReturnType<typeof collectInputErrors>;

/** What is wrong with the customers of one call, gathered so that a client can show all of it at once. */
export function collectInputErrors() {
  const ofCustomers = new Map<number, GatewayError[]>();

  function add(index: number, error: GatewayError): void {
    const errors = ofCustomers.get(index) ?? [];
    ofCustomers.set(index, errors);
    if (errors.length < maxErrorsOfCustomer) errors.push(error);
  }

  return {
    add,

    /** What `work` gives; undefined after an expected failure, which is one problem more. */
    attempt<Value>(index: number, work: () => Value): Value | undefined {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        add(index, error);
        return undefined;
      }
    },

    /**
     * Fails with the first problem, when there is one; its extension `errors` has all of them. With `hasIndex` each has
     * the index of its customer in the list.
     */
    throwAny(hasIndex: boolean): void {
      const all = [...ofCustomers]
        .sort(([one], [other]) => one - other)
        .flatMap(([index, errors]) => errors.map((error) => ({ index, error })));
      const [first] = all;
      if (first === undefined) return;
      if (hasIndex) first.error.extensions.index = first.index;
      const errors = all.map(({ index, error: { message, extensions } }) => {
        const { code, obpCode, field } = extensions;
        return { ...(hasIndex ? { index } : {}), field, message, code, obpCode };
      });
      first.error.extensions.errors = errors;
      throw first.error;
    },
  };
}
