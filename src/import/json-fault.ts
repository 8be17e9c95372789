/** Why bytes are not JSON in UTF-8 with unique names in each object, and where. */
export interface JsonFault {
  /** The position of the first byte that breaks the rule. */
  at: number;
  rule: string;
  /** The end of the token before the fault, if another token is missing after it. */
  after?: number;
  /** Whether the bytes are valid so far, but end inside a value. */
  isEnd?: true;
}

const encodingRule = 'must be UTF-8';
const nameRule = 'must not contain the same name twice in an object';

export function jsonRule(detail: string): string {
  return `must be valid JSON, but ${detail}`;
}

const quote = 0x22;
const backslash = 0x5c;

function isBetween(byte: number | undefined, first: number, last: number): boolean {
  return byte !== undefined && byte >= first && byte <= last;
}

function isDigit(byte: number | undefined): boolean {
  return isBetween(byte, 0x30, 0x39);
}

export function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The ranges of the second byte of a character, by the first byte. All further bytes are from 0x80 to 0xbf. */
function secondByteRange(first: number): [length: number, min: number, max: number] | null {
  if (isBetween(first, 0xc2, 0xdf)) return [2, 0x80, 0xbf];
  if (isBetween(first, 0xe0, 0xef)) return [3, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf];
  if (isBetween(first, 0xf0, 0xf4)) return [4, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf];
  return null;
}

/** Returns the length of the character of several bytes that starts here: 0 if it is invalid, -1 if the bytes end inside it. */
function characterLength(bytes: Uint8Array, at: number): number {
  const range = secondByteRange(bytes[at] ?? 0);
  if (range === null) return 0;
  const [length, min, max] = range;
  for (let index = 1; index < length; index += 1) {
    if (at + index >= bytes.length) return -1;
    if (!isBetween(bytes[at + index], index === 1 ? min : 0x80, index === 1 ? max : 0xbf)) return 0;
  }
  return length;
}

/** The fault of a byte that cannot start a token. */
export function faultOfByte(bytes: Uint8Array, at: number, detail: string): JsonFault {
  const byte = bytes[at] ?? 0;
  // In UTF-16, each character of JSON has a zero byte.
  const isEncodingFault = byte === 0 || (byte >= 0x80 && characterLength(bytes, at) === 0);
  return { at, rule: isEncodingFault ? encodingRule : jsonRule(detail) };
}

/** A list or an object whose end is not read yet. */
interface OpenValue {
  closing: number;
  /** The names that were read in an object. Null for a list. */
  names: Set<unknown> | null;
}

/** A search for the first fault. The methods move to the end of what they read, and throw the fault. */
class FaultSearch {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #fail(fault: JsonFault): never {
    throw new FoundFault(fault);
  }

  #failAt(detail: string, after?: number): never {
    const end = after === undefined ? {} : { after };
    if (this.at >= this.#bytes.length) this.#fail({ at: this.at, rule: jsonRule(detail), isEnd: true, ...end });
    this.#fail({ ...faultOfByte(this.#bytes, this.at, detail), ...end });
  }

  #skipWhiteSpace(): number | undefined {
    while (isWhiteSpace(this.#bytes[this.at])) this.at += 1;
    return this.#bytes[this.at];
  }

  #readCharacter(): void {
    const length = characterLength(this.#bytes, this.at);
    if (length === -1) this.#fail({ at: this.at, rule: encodingRule, isEnd: true });
    if (length === 0) this.#fail({ at: this.at, rule: encodingRule });
    this.at += length;
  }

  #readEscape(): void {
    const start = this.at;
    const escaped = this.#bytes[this.at + 1];
    const length = escaped === 0x75 ? 6 : 2;
    if (escaped === undefined) this.#fail({ at: this.#bytes.length, rule: jsonRule('ends in a text'), isEnd: true });
    let isValid = '"\\/bfnrtu'.includes(String.fromCharCode(escaped));
    for (let at = start + 2; isValid && at < start + length; at += 1) {
      const digit = this.#bytes[at];
      if (digit === undefined) this.#fail({ at, rule: jsonRule('ends in a text'), isEnd: true });
      isValid = isDigit(digit) || isBetween(digit, 0x41, 0x46) || isBetween(digit, 0x61, 0x66);
    }
    if (!isValid) this.#failAt('contains an invalid escape');
    this.at += length;
  }

  #readString(): void {
    this.at += 1;
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) this.#failAt('the closing quote of a text is missing');
      if (byte === quote) break;
      if (byte === backslash) this.#readEscape();
      else if (byte === 0x0a || byte === 0x0d) this.#failAt('the closing quote of a text is missing');
      else if (byte < 0x20) this.#fail({ at: this.at, rule: jsonRule('contains a control character') });
      else if (byte < 0x80) this.at += 1;
      else this.#readCharacter();
    }
    this.at += 1;
  }

  #readDigits(): void {
    if (!isDigit(this.#bytes[this.at])) this.#failAt('contains an invalid number');
    while (isDigit(this.#bytes[this.at])) this.at += 1;
  }

  #readNumber(): void {
    if (this.#bytes[this.at] === 0x2d) this.at += 1;
    if (this.#bytes[this.at] === 0x30) this.at += 1;
    else this.#readDigits();
    if (isDigit(this.#bytes[this.at])) this.#failAt('contains an invalid number');
    if (this.#bytes[this.at] === 0x2e) {
      this.at += 1;
      this.#readDigits();
    }
    if (this.#bytes[this.at] === 0x45 || this.#bytes[this.at] === 0x65) {
      this.at += 1;
      if (this.#bytes[this.at] === 0x2b || this.#bytes[this.at] === 0x2d) this.at += 1;
      this.#readDigits();
    }
  }

  #readLiteral(literal: string): void {
    const start = this.at;
    for (const [index, character] of [...literal].entries()) {
      const byte = this.#bytes[start + index];
      if (byte === character.charCodeAt(0)) continue;
      this.at = byte === undefined ? start + index : start;
      this.#failAt('contains an invalid value');
    }
    this.at = start + literal.length;
  }

  /** Reads a text, a number or a literal. Returns false if none starts here. */
  #readScalar(byte: number): boolean {
    if (byte === quote) this.#readString();
    else if (byte === 0x2d || isDigit(byte)) this.#readNumber();
    else if (byte === 0x74) this.#readLiteral('true');
    else if (byte === 0x66) this.#readLiteral('false');
    else if (byte === 0x6e) this.#readLiteral('null');
    else return false;
    return true;
  }

  #readName(names: Set<unknown>): void {
    if (this.#skipWhiteSpace() !== quote) this.#failAt('a name in double quotes is missing');
    const start = this.at;
    this.#readString();
    const end = this.at;
    // Escapes can write the same name in another form.
    const name: unknown = JSON.parse(Buffer.from(this.#bytes.subarray(start, end)).toString('utf8'));
    if (names.has(name)) this.#fail({ at: start, rule: nameRule });
    names.add(name);
    if (this.#skipWhiteSpace() !== 0x3a) this.#failAt("':' is missing", end);
    this.at += 1;
  }

  /** Reads one value, with the values inside it. A stack replaces recursion, because a text can have any depth. */
  readValue(): void {
    const open: OpenValue[] = [];
    for (;;) {
      const byte = this.#skipWhiteSpace();
      if (byte === 0x7b || byte === 0x5b) {
        const closing = byte + 2;
        this.at += 1;
        if (this.#skipWhiteSpace() !== closing) {
          const names = closing === 0x7d ? new Set() : null;
          open.push({ closing, names });
          if (names !== null) this.#readName(names);
          continue;
        }
        this.at += 1;
      } else if (byte === undefined || byte === 0x2c || byte === 0x5d || byte === 0x7d) {
        this.#failAt('a value is missing');
      } else if (!this.#readScalar(byte)) this.#failAt('contains an invalid value');
      if (!this.#closeValues(open)) return;
    }
  }

  /** Reads what follows a value. Returns false if no further value follows. */
  #closeValues(open: OpenValue[]): boolean {
    for (;;) {
      const innermost = open.at(-1);
      if (innermost === undefined) return false;
      const { closing, names } = innermost;
      const end = this.at;
      const byte = this.#skipWhiteSpace();
      if (byte === 0x2c) {
        this.at += 1;
        if (names !== null) this.#readName(names);
        return true;
      }
      if (byte !== closing) this.#failAt(`',' or '${String.fromCharCode(closing)}' is missing`, end);
      this.at += 1;
      open.pop();
    }
  }

  readEnd(): void {
    if (this.#skipWhiteSpace() !== undefined) this.#failAt('continues after the value');
  }
}

class FoundFault extends Error {
  readonly fault: JsonFault;

  constructor(fault: JsonFault) {
    super(fault.rule);
    this.fault = fault;
  }
}

/**
 * Returns the first fault of bytes that must be one JSON value, or null. `JSON.parse` is faster, but reveals neither the place nor
 * a name that appears twice, of which it drops the first value.
 */
export function findJsonFault(bytes: Uint8Array): JsonFault | null {
  const search = new FaultSearch(bytes);
  try {
    search.readValue();
    search.readEnd();
    return null;
  } catch (error) {
    if (!(error instanceof FoundFault)) throw error;
    return error.fault;
  }
}
