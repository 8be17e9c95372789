/** Renders docs/errors.md and schema/errors.json from the errors of the gateway. */
import type { ErrorDefinition } from '../src/base/error-definition.ts';
import { committedSentence, definitionOf, type ErrorKey, errorKeys, textOf } from '../src/base/errors.ts';
import { placeholdersOf } from '../src/base/message-template.ts';
import { requestErrors } from '../src/base/own-errors.ts';
import { type RuleName, valueRules } from '../src/base/value-rules.ts';

interface Failure {
  key: string;
  text: string;
  definition: ErrorDefinition;
}

/** The status of an error that only fields have. */
const statusOfFields = 200;

const failures: Failure[] = errorKeys.map((key: ErrorKey) => ({
  key,
  text: textOf(key),
  definition: definitionOf(key),
}));
const requestFailures: Failure[] = Object.entries(requestErrors).map(
  ([key, definition]: [string, ErrorDefinition]) => ({
    key,
    text: definition.message,
    definition,
  }),
);
const rules = Object.keys(valueRules) as RuleName[];

type Need = 'required' | 'optional';

function parametersOf({ message, parameters = [] }: ErrorDefinition): Record<string, Need> {
  const declared = parameters.map((name): [string, Need] =>
    name.endsWith('?') ? [name.slice(0, -1), 'optional'] : [name, 'required'],
  );
  return Object.fromEntries([
    ...placeholdersOf(message).map((name): [string, Need] => [name, 'required']),
    ...declared,
  ]);
}

function templateOf(template: string): { message: string; parameters: Record<string, Need> } {
  return { message: template, parameters: parametersOf({ code: 'BAD_USER_INPUT', message: template }) };
}

function templates(texts: Readonly<Record<string, string>>): Record<string, ReturnType<typeof templateOf>> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, templateOf(text)]));
}

/** Renders the file from which programs read the errors. */
export function renderErrorsFile(): string {
  const errors = [...failures, ...requestFailures].map(({ key, text, definition }) => {
    const { code, status = statusOfFields, takesRule = false, details = {} } = definition;
    const parameters = parametersOf(definition);
    return [key, { code, status, message: text, parameters, takesRule, details: templates(details) }];
  });
  const file = {
    errors: Object.fromEntries(errors),
    details: templates({ COMMITTED: committedSentence }),
    rules: templates(valueRules),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function names(parameters: Record<string, Need>): string {
  return Object.entries(parameters)
    .map(([name, need]) => (need === 'optional' ? `\`${name}\` (optional)` : `\`${name}\``))
    .join(', ');
}

function row({ key, text, definition }: Failure): string {
  const { code, status = statusOfFields } = definition;
  const parameters = names(parametersOf(definition));
  return `| \`${key}\` | \`${code}\` | ${status} | ${text.replace(/^OBP-\d+: /, '')} | ${parameters} |`;
}

function detailRows({ key, definition: { details = {} } }: Failure): string[] {
  return Object.entries(details).map(
    ([name, text]) => `| \`${key}\` | \`${name}\` | ${text} | ${names(templateOf(text).parameters)} |`,
  );
}

function ruleRow(name: RuleName): string {
  return `| \`${name}\` | ${valueRules[name]} | ${names(templateOf(valueRules[name]).parameters)} |`;
}

/** Renders the page, with tables for the gateway's own errors, those of requests, those of OBP, and the rules for values. */
export function renderErrors(): string {
  const isOfObp = ({ key }: Failure) => key.startsWith('OBP-');
  const head = ['| `key` | `code` | HTTP | message | parameters |', '| --- | --- | --- | --- | --- |'];
  return `${[
    '# Errors',
    '',
    'Every error has `extensions.key`, which names it, and `extensions.code`, which names its kind. The message is the text below, in',
    'which each name in braces is a parameter. The parameters are members of `extensions` too, so that a front end can state the',
    'error in its own language. `schema/errors.json` has the same tables for programs. `npm run docs` generates both.',
    '',
    'HTTP is the status if the error refuses the whole request. The error of a field is in a response with status 200.',
    '',
    '## Errors of the gateway',
    '',
    ...head,
    ...failures.filter((failure) => !isOfObp(failure)).map(row),
    '',
    '## Requests that GraphQL cannot run',
    '',
    'The key and the code are those of Apollo Server.',
    '',
    ...head,
    ...requestFailures.map(row),
    '',
    '## Errors of OBP',
    '',
    'The key is the code of OBP, and the message has the text of OBP.',
    '',
    ...head,
    ...failures.filter(isOfObp).map(row),
    '',
    '## Details',
    '',
    'A sentence can follow the text. `extensions.detail` names it. The detail `COMMITTED` can follow every error:',
    `"${committedSentence}"`,
    '',
    '| `key` | `detail` | sentence | parameters |',
    '| --- | --- | --- | --- |',
    ...failures.flatMap(detailRows),
    '',
    '## Rules for values',
    '',
    `If a value breaks a rule, \`extensions.rule\` names it, and \`extensions.field\` names the input. Then the message continues with both,`,
    'such as "input.email must be a valid email address.". These errors have a rule:',
    `${failures
      .filter(({ definition }) => definition.takesRule)
      .map(({ key }) => `\`${key}\``)
      .join(', ')}.`,
    '',
    '| `rule` | text | parameters |',
    '| --- | --- | --- |',
    ...rules.map(ruleRow),
  ].join('\n')}\n`;
}
