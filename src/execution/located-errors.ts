import { GraphQLError, type GraphQLResolveInfo, locatedError } from 'graphql';
import { GatewayError } from '../base/errors.ts';
import type { FieldPlan } from './plan.ts';

type Path = GraphQLResolveInfo['path'];

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let place: Path | undefined = path; place !== undefined; place = place.prev) keys.push(place.key);
  return keys.reverse();
}

/** Creates the errors of an operation at the paths of its fields. */
export class LocatedErrors {
  /** The first error of each field, by its cause. */
  readonly #first = new Map<FieldPlan, Map<GatewayError, GraphQLError>>();

  /**
   * The error at a path. If the same error refuses a field of many objects, the later ones only have a path of their own and inherit
   * the rest: computing the locations of each would take longer than the rest of the operation.
   */
  at(field: FieldPlan, path: Path, error: unknown): GraphQLError {
    if (!(error instanceof GatewayError) || error.path !== undefined) {
      return locatedError(error, field.nodes, keysOf(path));
    }
    let ofField = this.#first.get(field);
    if (ofField === undefined) {
      ofField = new Map();
      this.#first.set(field, ofField);
    }
    const first = ofField.get(error);
    if (first !== undefined) return Object.create(first, { path: { value: keysOf(path), enumerable: true } });
    const located = locatedError(error, field.nodes, keysOf(path));
    ofField.set(error, located);
    return located;
  }
}
