import { refusedInput } from './input.ts';
import { collectProblems, reportProblem } from './input-collection.ts';

/** Reads the value of a field of an input as the columns that it sets. `place` is the path of the field, such as `input.line1`. */
type ReadField<Value, Columns> = (value: Value, place: string) => Columns;

/** A field of an input, for creations and for updates. */
interface InputField<Value, Columns> {
  isRequired: boolean;
  read: ReadField<Value, Columns>;
}

/** A field whose columns cannot be unset. */
export function requiredField<Value, Columns>(read: ReadField<Value, Columns>): InputField<Value, Columns> {
  return { isRequired: true, read };
}

/** A field that can be omitted in a creation, and that null unsets. `read` receives null for both. */
export function optionalField<Value, Columns>(
  read: ReadField<Value | null, Columns>,
): InputField<Value | null, Columns> {
  return { isRequired: false, read };
}

type Fields = Readonly<Record<string, InputField<never, object>>>;

type ValueOf<Field> = Field extends InputField<infer Value, object> ? Value : never;

type Intersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** The columns that all of the fields set. */
export type ColumnsOf<Of extends Fields> = Intersection<ReturnType<Of[keyof Of]['read']>>;

/** An input with these fields, each of which can be omitted or null. */
type UpdateInput<Of extends Fields> = { readonly [Name in keyof Of]?: ValueOf<Of[Name]> | null };

function read({ read: readValue }: InputField<never, object>, value: unknown, place: string): object {
  return collectProblems(() => readValue(value as never, place));
}

/** Returns the columns of a new row. Omitted fields are unset. */
export function columnsOf<Of extends Fields>(fields: Of, input: UpdateInput<Of>, place = 'input'): ColumnsOf<Of> {
  return collectProblems(() => {
    const columns = Object.entries(fields).map(([name, field]) => read(field, input[name] ?? null, `${place}.${name}`));
    return Object.assign({}, ...columns);
  });
}

/**
 * Returns the columns that an update changes: those of the fields that the input contains. Null unsets a field.
 * @throws OBP-10001 with the name of a required field that is null
 */
export function changedColumns<Of extends Fields>(
  fields: Of,
  input: UpdateInput<Of>,
  place = 'input',
): Partial<ColumnsOf<Of>> {
  return collectProblems(() => {
    const columns = Object.entries(fields).map(([name, field]) => {
      const value = input[name];
      if (value === undefined) return {};
      if (value === null && field.isRequired) return reportProblem(refusedInput(`${place}.${name}`, 'NOT_NULL'), {});
      return read(field, value, `${place}.${name}`);
    });
    return Object.assign({}, ...columns);
  });
}
