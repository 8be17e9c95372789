/** Makes docs/errors.md of the errors of the gateway; `docs/generate.ts` writes it. */
import { type ErrorKey, errorKeys, gatewayError } from '../src/base/errors.ts';
import { requestErrorKeys } from '../src/http/format-error.ts';

function row(key: ErrorKey): string {
  const { message, extensions } = gatewayError(key);
  return `| \`${key}\` | \`${extensions.code}\` | ${message.replace(/^OBP-\d+: /, '')} |`;
}

/** The page, with a table for the gateway's own errors and one for those of OBP. */
export function renderErrors(): string {
  const own = errorKeys.filter((key) => !key.startsWith('OBP-'));
  const ofObp = errorKeys.filter((key) => key.startsWith('OBP-'));
  const head = ['| `key` | `code` | message |', '| --- | --- | --- |'];
  return `${[
    '# Errors',
    '',
    'Every error has `extensions.key`, which names it, and `extensions.code`, which names its kind. The message begins with the text below',
    'and can continue with details. `npm run docs` writes this page from `src/base/errors.ts`.',
    '',
    '## Errors of the gateway',
    '',
    ...head,
    ...own.map(row),
    '',
    'Requests that GraphQL cannot run have the key and the code of Apollo Server:',
    `${requestErrorKeys.map((key) => `\`${key}\``).join(', ')}.`,
    '',
    '## Errors of OBP',
    '',
    'The key is the code of OBP, and the message has the text of OBP.',
    '',
    ...head,
    ...ofObp.map(row),
  ].join('\n')}\n`;
}
