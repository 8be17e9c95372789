import { faultOfByte, isWhiteSpace, type JsonFault, jsonRule } from './json-fault.ts';
import { moveThrough, type TextPlace } from './json-place.ts';

/** A file that cannot be read completely. The message never contains a value. */
export class UnreadableFile extends Error {
  /** Null if the fault concerns the whole file. */
  readonly place: TextPlace | null;

  constructor(rule: string, place: TextPlace | null) {
    super(rule);
    this.name = 'UnreadableFile';
    this.place = place;
  }
}

/** The maximum length of a record, which limits the use of memory. Records of OBP are much shorter. */
export const maxRecordLength = 4 * 1024 * 1024;

const newLine = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A coroutine that yields null if it needs more bytes of the file. */
export type Steps<Result> = Generator<null, Result>;

/** The part of a file that is in memory. */
export class JsonSource {
  bytes = Buffer.alloc(0);
  /** The position in `bytes` of the next byte to read. */
  at = 0;
  hasEnded = false;
  /** The bytes before this position are no longer needed. */
  #keepFrom = 0;
  /** The place of `#placeAt`, which is `#keepFrom` or a later position. */
  readonly #place: TextPlace = { offset: 0, line: 1, column: 1 };
  #placeAt = 0;
  /** The position of the first line end after the place. -1 if there is none in `bytes`. */
  #lineEnd = -1;

  /** Adds the next bytes of the file. A value that is not complete is kept from its start. */
  add(read: Buffer): void {
    if (this.#placeAt < this.#keepFrom) this.#movePlace(this.#keepFrom);
    this.bytes = Buffer.concat([this.bytes.subarray(this.#keepFrom), read]);
    this.at -= this.#keepFrom;
    this.#placeAt -= this.#keepFrom;
    this.#lineEnd = this.bytes.indexOf(newLine, this.#placeAt);
    this.#keepFrom = 0;
  }

  /** Skips a byte order mark, which is not part of the text. */
  skipMark(length: number): void {
    this.at += length;
    this.#keepFrom = this.at;
    this.#placeAt = this.at;
    this.#place.offset += length;
  }

  #movePlace(to: number): void {
    this.#lineEnd = moveThrough(this.#place, this.bytes, this.#placeAt, to, this.#lineEnd);
    this.#placeAt = to;
  }

  /** Keeps the bytes from the next one on, and returns its place. */
  keep(): TextPlace {
    this.#keepFrom = this.at;
    this.#movePlace(this.at);
    return { ...this.#place };
  }

  /** Keeps only the bytes from the next one on. */
  release(): void {
    this.#keepFrom = this.at;
  }

  /** The kept bytes up to the next one. */
  kept(): Buffer {
    return this.bytes.subarray(this.#keepFrom, this.at);
  }

  keptLength(): number {
    return this.at - this.#keepFrom;
  }

  /** Goes back to the first of the kept bytes, which must be at the place. */
  rewind(): void {
    this.at = this.#keepFrom;
  }

  /** The place of a kept byte. */
  placeOf(position: number): TextPlace {
    const place = { ...this.#place };
    moveThrough(place, this.bytes, this.#placeAt, position);
    return place;
  }

  /** A fault in the kept bytes, `at` bytes after their first one. */
  unreadable({ at, rule, after }: JsonFault): UnreadableFile {
    const place = this.placeOf(this.#keepFrom + at);
    const lastLine = after === undefined ? place.line : this.placeOf(this.#keepFrom + after).line;
    return new UnreadableFile(lastLine === place.line ? rule : `${rule} after line ${lastLine}`, place);
  }

  /** The fault that the next byte is not what must be there, `after` that many kept bytes. */
  unexpected(detail: string, after?: number): UnreadableFile {
    const at = this.at - this.#keepFrom;
    const { rule } =
      this.at < this.bytes.length ? faultOfByte(this.bytes, this.at, detail) : { rule: jsonRule(detail) };
    return this.unreadable(after === undefined ? { at, rule } : { at, rule, after });
  }

  /** Returns the next byte that is not white space, without consuming the byte. Returns -1 at the end of the file. */
  *nextByte(): Steps<number> {
    for (;;) {
      while (isWhiteSpace(this.bytes[this.at])) this.at += 1;
      if (this.at < this.bytes.length) return this.bytes[this.at] ?? -1;
      if (this.hasEnded) return -1;
      yield null;
    }
  }

  /**
   * Moves to the end of the value that starts here, which must be the first kept byte. Only brackets and quotes are read,
   * because the value is parsed when it is complete. Returns false if the file ends before, or if the value is longer than a
   * record can be.
   */
  *skipValue(): Steps<boolean> {
    let depth = 0;
    let isInString = false;
    for (;;) {
      const { bytes } = this;
      const { length } = bytes;
      let at = this.at;
      for (; at < length; at += 1) {
        const byte = bytes[at];
        if (isInString) {
          if (byte === backslash) at += 1;
          // A text ends with its line, so that a missing quote does not hide the values on the following lines.
          else if (byte === quote || byte === newLine) {
            isInString = false;
            if (depth === 0) {
              this.at = at + 1;
              return true;
            }
          }
        } else if (byte === quote) isInString = true;
        else if (byte === openBrace || byte === openBracket) depth += 1;
        else if (byte === closeBrace || byte === closeBracket) {
          depth -= 1;
          if (depth <= 0) {
            // A number or a literal ends before the bracket that closes its list or object.
            this.at = depth === 0 ? at + 1 : at;
            return true;
          }
        } else if (depth === 0 && (byte === comma || isWhiteSpace(byte))) {
          this.at = at;
          return true;
        }
      }
      this.at = at;
      if (this.at - this.#keepFrom > maxRecordLength) return false;
      if (this.hasEnded) {
        this.at = length;
        return depth === 0 && !isInString;
      }
      yield null;
    }
  }

  /** Moves to the end of the line. Returns false if the line is longer than a record can be. */
  *skipLine(): Steps<boolean> {
    for (;;) {
      const end = this.bytes.indexOf(newLine, this.at);
      this.at = end === -1 ? this.bytes.length : end;
      if (end !== -1 || this.hasEnded) return true;
      if (this.at - this.#keepFrom > maxRecordLength) return false;
      yield null;
    }
  }
}
