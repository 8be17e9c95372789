import { parseLocalDate } from '../../base/dates.ts';
import { invalidValue } from '../../base/value-rules.ts';
import { parseText } from '../../base/values.ts';
import { AttributeType } from './attribute-type.ts';

/** Parses the value of an attribute. Returns it as written, with at most 2,000 characters. */
export function parseAttributeValue(type: AttributeType, value: unknown): string {
  const written = parseText(value, 2000);
  switch (type) {
    case AttributeType.STRING:
      return written;
    case AttributeType.INTEGER:
      if (!/^[+-]?\d+$/.test(written)) throw invalidValue('INTEGER');
      return written;
    case AttributeType.DOUBLE:
      if (!/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(written) || !Number.isFinite(Number(written))) {
        throw invalidValue('DECIMAL');
      }
      return written;
    case AttributeType.DATE_WITH_DAY:
      return parseLocalDate(written);
  }
}
