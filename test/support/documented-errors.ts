/**
 * Compares errors of responses with schema/errors.json: their code, HTTP status, message, and parameters.
 *
 *   expect(undocumentedParts(errors, status)).toEqual([]);
 */
import documented from '../../schema/errors.json' with { type: 'json' };

interface Text {
  message: string;
  parameters: Record<string, string>;
}

interface Documented extends Text {
  code: string;
  status: number;
  takesRule: boolean;
  details: Record<string, Text>;
}

interface AnsweredError {
  message: string;
  path?: readonly unknown[];
  extensions?: Record<string, unknown>;
}

const errorsByKey = documented.errors as Record<string, Documented | undefined>;
const rules = documented.rules as Record<string, Text | undefined>;
const { COMMITTED } = documented.details as Record<string, Text>;

function shown(name: string, value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en');
  if (!Array.isArray(value)) return String(value);
  if (name !== 'missingRoles') return value.join(', ');
  return value.length === 0 ? 'no role allows access to the data of others.' : value.join(' or ');
}

const filled = ({ message }: Text, extensions: Record<string, unknown>) =>
  message.replace(/\{(\w+)\}/g, (_text, name: string) => shown(name, extensions[name]));

interface Problem extends Record<string, unknown> {
  key: string;
  message: string;
}

/** The text of the error, and the parameters that it can have. Null if its detail or its rule is not documented. */
function textOf(definition: Documented, extensions: Record<string, unknown>): (Text & { texts: string[] }) | null {
  const { detail, rule, field } = extensions;
  const base = filled(definition, extensions);
  if (detail === undefined && rule === undefined) return { ...definition, texts: [base] };
  const second =
    detail === 'COMMITTED' ? COMMITTED : rule === undefined ? definition.details[String(detail)] : rules[String(rule)];
  if (second === undefined || (rule !== undefined && !definition.takesRule)) return null;
  const sentence = filled(second, extensions);
  const whole = rule === undefined ? sentence : `${field ?? 'A value'} ${sentence}.`;
  const parameters = {
    ...definition.parameters,
    ...second.parameters,
    detail: 'optional',
    rule: 'optional',
    field: 'optional',
  };
  return { message: base, parameters, texts: [`${base}${/\w$/.test(base) ? '.' : ''} ${whole}`] };
}

function differencesOf(key: unknown, message: string, extensions: Record<string, unknown>): string[] {
  const definition = errorsByKey[String(key)];
  if (definition === undefined) return [`${key} is not documented`];
  const known = textOf(definition, extensions);
  if (known === null) return [`${key} has an undocumented detail or rule`];
  const {
    code: _code,
    obpCode: _obpCode,
    key: _key,
    problems: _problems,
    committed: _committed,
    ...parameters
  } = extensions;
  const missing = Object.entries(definition.parameters).filter(
    ([name, need]) => need === 'required' && !(name in extensions),
  );
  return [
    ...(known.texts.includes(message) ? [] : [`${key} has the message ${message}`]),
    ...Object.keys(parameters).flatMap((name) =>
      name in known.parameters ? [] : [`${key} has the parameter ${name}`],
    ),
    ...missing.map(([name]) => `${key} lacks the parameter ${name}`),
  ];
}

/** How errors of a response differ from their documentation. Empty if they do not. `status` is that of the response. */
export function undocumentedParts(errors: readonly AnsweredError[], status: number): string[] {
  return errors.flatMap(({ message, path, extensions = {} }) => {
    const { code, key, obpCode, problems } = extensions;
    const definition = errorsByKey[String(key)];
    if (definition === undefined) return [`${key} is not documented`];
    const ofRequest = path === undefined && status !== definition.status ? [`${key} has the status ${status}`] : [];
    const ofCode = code === definition.code ? [] : [`${key} has the code ${code}`];
    // A repetition of an error has only the first sentence.
    if (obpCode === undefined) return [...ofRequest, ...ofCode];
    const ofProblems = ((problems ?? []) as Problem[]).flatMap(({ key: ofProblem, message: text, ...parameters }) =>
      differencesOf(ofProblem, text, parameters),
    );
    return [...ofRequest, ...ofCode, ...differencesOf(key, message, extensions), ...ofProblems];
  });
}
