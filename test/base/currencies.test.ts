import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { moduleOf } from '../../scripts/currencies.ts';
import { currencyDigits } from '../../src/base/currencies.ts';
import { codesByDigits, publishedOn } from '../../src/base/iso-4217.ts';

const listed = Object.entries(codesByDigits).flatMap(([digits, codes]) =>
  codes
    .trim()
    .split(/\s+/)
    .map((code) => ({ code, units: digits === 'none' ? 'N.A.' : digits })),
);

/** List one, as the maintenance agency writes it. */
function listOne(entries: readonly { code: string; units: string }[]): string {
  const rows = entries.map(
    ({ code, units }) => `
    <CcyNtry>
      <CtryNm>COUNTRY</CtryNm>
      <CcyNm>Currency</CcyNm>
      <Ccy>${code}</Ccy>
      <CcyNbr>123</CcyNbr>
      <CcyMnrUnts>${units}</CcyMnrUnts>
    </CcyNtry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ISO_4217 Pblshd="${publishedOn}">
  <CcyTbl>
    <CcyNtry><CtryNm>ANTARCTICA</CtryNm><CcyNm>No universal currency</CcyNm></CcyNtry>${rows.join('')}
  </CcyTbl>
</ISO_4217>`;
}

describe('the currencies', () => {
  test('contain each code once, and XBT', () => {
    expect(currencyDigits.size).toBe(listed.length + 1);
  });

  test('are written as the maintenance agency lists them', () => {
    const source = readFileSync(new URL('../../src/base/iso-4217.ts', import.meta.url), 'utf8');
    expect(moduleOf(listOne([...listed, ...listed.slice(0, 3)].reverse()))).toBe(source);
  });

  test('are not read from another file', () => {
    expect(() => moduleOf('<html></html>')).toThrow('not list one');
    expect(() => moduleOf(listOne([]))).toThrow('not list one');
  });
});
