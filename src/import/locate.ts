import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { isWhiteSpace } from './json-fault.ts';
import { moveThrough, type TextPlace } from './json-place.ts';
import { maxRecordLength } from './json-source.ts';

const quote = 0x22;
const backslash = 0x5c;

/** The positions of the values inside a value of valid JSON. */
class ValidJson {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  #skipWhiteSpace(start: number): number {
    let at = start;
    while (isWhiteSpace(this.#bytes[at])) at += 1;
    return at;
  }

  #endOfString(start: number): number {
    let at = start + 1;
    for (; at < this.#bytes.length && this.#bytes[at] !== quote; at += 1) if (this.#bytes[at] === backslash) at += 1;
    return at + 1;
  }

  /** The end of the value that starts here. */
  endOfValue(start: number): number {
    let depth = 0;
    for (let at = start; at < this.#bytes.length; at += 1) {
      const character = String.fromCharCode(this.#bytes[at] ?? 0);
      if (character === '"') {
        at = this.#endOfString(at) - 1;
        if (depth === 0) return at + 1;
      } else if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']') {
        depth -= 1;
        if (depth <= 0) return depth === 0 ? at + 1 : at;
      } else if (depth === 0 && (character === ',' || isWhiteSpace(this.#bytes[at]))) return at;
    }
    return this.#bytes.length;
  }

  /** The position of a value in the list or object that starts here. Null if there is none. The last of equal names counts. */
  inside(start: number, step: string): number | null {
    const isList = this.#bytes[start] === 0x5b;
    if (!isList && this.#bytes[start] !== 0x7b) return null;
    let found: number | null = null;
    let at = this.#skipWhiteSpace(start + 1);
    for (let index = 0; at < this.#bytes.length && this.#bytes[at] !== 0x5d && this.#bytes[at] !== 0x7d; index += 1) {
      let name: unknown = String(index);
      if (!isList) {
        const end = this.#endOfString(at);
        name = JSON.parse(this.#bytes.toString('utf8', at, end));
        at = this.#skipWhiteSpace(this.#skipWhiteSpace(end) + 1);
      }
      if (name === step) found = at;
      if (name === step && isList) break;
      at = this.#skipWhiteSpace(this.endOfValue(at));
      if (this.#bytes[at] === 0x2c) at = this.#skipWhiteSpace(at + 1);
    }
    return found;
  }
}

function readBytes(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  } finally {
    closeSync(file);
  }
}

/** Most records are shorter than this. */
const firstLength = 16 * 1024;

/** The text of a file from the start of a record to its end or further. Null if the file, such as a pipe, cannot be read again. */
function readRecordAgain(path: string, { offset }: TextPlace): { bytes: Buffer; json: ValidJson } | null {
  try {
    if (!statSync(path).isFile()) return null;
    for (const length of [firstLength, maxRecordLength]) {
      const bytes = readBytes(path, offset, length);
      const json = new ValidJson(bytes);
      if (length === maxRecordLength || json.endOfValue(0) < bytes.length) return { bytes, json };
    }
  } catch {
    // The file was removed meanwhile.
  }
  return null;
}

/**
 * Returns the place of a field of a record, such as `customer_attributes[0].value`. If the record omits the field, returns the
 * place of the innermost value that contains it. The record is read again, because its text was not kept.
 */
export function locateField(path: string, record: TextPlace, field: string): TextPlace {
  const again = readRecordAgain(path, record);
  if (again === null) return record;
  let at = 0;
  for (const step of field.match(/[^.[\]]+/g) ?? []) {
    const next = again.json.inside(at, step);
    if (next === null) break;
    at = next;
  }
  const place = { ...record };
  moveThrough(place, again.bytes, 0, at);
  return place;
}
