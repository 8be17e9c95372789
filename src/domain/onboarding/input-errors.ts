import { GatewayError } from '../../base/errors.ts';

/** The maximum number of problems that are reported for one customer, so that a response is not much longer than its request. */
const maxErrorsOfCustomer = 10;

export type InputErrors = ReturnType<typeof collectInputErrors>;

/** Collects the problems of all customers of a call, so that a client can show them together. */
export function collectInputErrors() {
  const errorsByIndex = new Map<number, GatewayError[]>();

  function add(index: number, error: GatewayError): void {
    const errors = errorsByIndex.get(index) ?? [];
    errorsByIndex.set(index, errors);
    if (errors.length < maxErrorsOfCustomer) errors.push(error);
  }

  return {
    add,

    /** Returns the result of `work`. If `work` fails as expected, adds the error and returns undefined. */
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
     * Throws the first error, if there is one, with all errors in its extension `errors`. If `hasIndex`, each of them contains the
     * index of its customer.
     */
    throwAny(hasIndex: boolean): void {
      const all = [...errorsByIndex]
        .sort(([a], [b]) => a - b)
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
