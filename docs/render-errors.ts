/** Renders docs/errors.md from the errors of the gateway. */
import { type ErrorKey, errorKeys, gatewayError } from '../src/base/errors.ts';
import { requestErrorKeys } from '../src/http/format-error.ts';

function row(key: ErrorKey): string {
  const { message, extensions } = gatewayError(key);
  return `| \`${key}\` | \`${extensions.code}\` | ${message.replace(/^OBP-\d+: /, '')} |`;
}

/** Renders the page, with a table for the gateway's own errors and a table for those of OBP. */
export function renderErrors(): string {
  const gatewayKeys = errorKeys.filter((key) => !key.startsWith('OBP-'));
  const obpKeys = errorKeys.filter((key) => key.startsWith('OBP-'));
  const head = ['| `key` | `code` | message |', '| --- | --- | --- |'];
  return `${[
    '# Errors',
    '',
    'Every error has `extensions.key`, which names it, and `extensions.code`, which names its kind. The message begins with the text below',
    'and can continue with details. `npm run docs` generates this page from `src/base/errors.ts`.',
    '',
    '## Errors of the gateway',
    '',
    ...head,
    ...gatewayKeys.map(row),
    '',
    'Requests that GraphQL cannot run have the key and the code of Apollo Server:',
    `${requestErrorKeys.map((key) => `\`${key}\``).join(', ')}.`,
    '',
    '## Errors of OBP',
    '',
    'The key is the code of OBP, and the message has the text of OBP.',
    '',
    ...head,
    ...obpKeys.map(row),
  ].join('\n')}\n`;
}
