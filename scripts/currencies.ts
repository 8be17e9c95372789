#!/usr/bin/env node
/**
 * Writes `src/base/iso-4217.ts` from list one of ISO 4217 (current currencies and funds), which SIX publishes as the maintenance
 * agency: `npm run currencies -- list-one.xml`. Without a file, the list is downloaded.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const listOne =
  'https://www.six-group.com/dam/download/financial-information/data-center/iso-currrency/lists/list-one.xml';

const codesPerLine = 28;

function literal(codes: readonly string[]): string {
  if (codes.length <= codesPerLine) return `'${codes.join(' ')}'`;
  const lines = [];
  for (let from = 0; from < codes.length; from += codesPerLine) {
    lines.push(`    ${codes.slice(from, from + codesPerLine).join(' ')}`);
  }
  return `\`\n${lines.join('\n')}\``;
}

/** The module for a list. An entry without a code, such as Antarctica, is ignored. */
export function moduleOf(xml: string): string {
  const publishedOn = /<ISO_4217 Pblshd="(\d{4}-\d\d-\d\d)">/.exec(xml)?.[1];
  const codes = new Map<string, Set<string>>();
  for (const [, code = '', units = ''] of xml.matchAll(
    /<Ccy>([A-Z]{3})<\/Ccy>\s*<CcyNbr>\d{3}<\/CcyNbr>\s*<CcyMnrUnts>(\d|N\.A\.)<\/CcyMnrUnts>/g,
  )) {
    const digits = units === 'N.A.' ? 'none' : units;
    codes.set(digits, (codes.get(digits) ?? new Set()).add(code));
  }
  if (publishedOn === undefined || codes.size === 0) throw new Error('The file is not list one of ISO 4217.');
  const groups = [...codes]
    .sort(([a], [b]) => Number(b === 'none') - Number(a === 'none') || a.localeCompare(b))
    .map(([digits, group]) => `  ${digits}: ${literal([...group].sort())},`);
  return `/** Generated from the list of the maintenance agency by \`npm run currencies\`. Do not edit. */

export const publishedOn = '${publishedOn}';

/** The codes of the current currencies and funds, by the number of digits after the decimal point. */
export const codesByDigits = {
${groups.join('\n')}
};
`;
}

if (process.argv[1] === import.meta.filename) {
  const [, , file] = process.argv;
  const xml = file === undefined ? await (await fetch(listOne)).text() : readFileSync(file, 'utf8');
  writeFileSync(new URL('../src/base/iso-4217.ts', import.meta.url), moduleOf(xml));
}
