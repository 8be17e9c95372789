import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { isObject } from './json.ts';
import { findJsonFault, type JsonFault } from './json-fault.ts';
import type { TextPlace } from './json-place.ts';
import { JsonSource, type Steps, UnreadableFile } from './json-source.ts';

/** A value of a file, and its place. */
export interface JsonRecord extends TextPlace {
  /** The name of the list that contains the value. Null for a list or object without a name. */
  section: string | null;
  /** The index in the list, or in the file. */
  index: number;
  value: unknown;
  /** Why the text is not JSON. `value` is then undefined, and the place is that of the fault. */
  invalid?: string;
}

/** Whether a value is a record, an object of lists of records, or an object without known fields. */
export type ValueKind = 'record' | 'lists' | 'unknown';

export interface JsonReading {
  /** The kind of a value in a list of this name. Only the names and the types of its fields are needed. */
  kindOf(value: unknown, section: string | null): ValueKind;
  onBytes(count: number): void;
  /** Called for each field of an object of lists that has another value than a list. */
  onIgnoredField(name: string): void;
}

const chunkSize = 1024 * 1024;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

const comma = 0x2c;
const quote = 0x22;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const newLine = 0x0a;

const tooLong = 'must not contain a record of more than 4 MB, but one starts here';

type Parsed = { value: unknown; fault: null } | { value: undefined; fault: JsonFault };

function parse(bytes: Buffer): Parsed {
  if (isUtf8(bytes)) {
    try {
      const text = bytes.toString('utf8');
      const value: unknown = JSON.parse(text);
      const fault = canHaveRepeatedName(text, value) ? findJsonFault(bytes) : null;
      return fault === null ? { value, fault } : { value: undefined, fault };
    } catch {
      // The message of the parser contains a part of the text, so it is not reported.
    }
  }
  const fault = findJsonFault(bytes);
  if (fault === null) throw new Error('JSON.parse and findJsonFault disagree');
  return { value: undefined, fault };
}

function colonsIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) count += 1;
  return count;
}

/**
 * Whether an object in the text can have the same name twice. Its parsed value then has fewer colons than the text: those after
 * names and those inside texts. This is faster than to read the names of every record.
 */
function canHaveRepeatedName(text: string, value: unknown): boolean {
  if (/\\u003a/i.test(text)) return true;
  let colons = 0;
  const values = [value];
  while (values.length > 0) {
    const next = values.pop();
    if (typeof next === 'string') colons += colonsIn(next);
    else if (Array.isArray(next)) for (const item of next) values.push(item);
    else if (isObject(next)) {
      for (const name of Object.keys(next)) {
        colons += 1 + colonsIn(name);
        values.push(next[name]);
      }
    }
  }
  return colons !== colonsIn(text);
}

/**
 * The names in an object of text that can have faults, with an empty list, an empty object or null in place of each value.
 * They are enough to tell the kind of an object that is invalid or longer than a record.
 */
function outlineOf(bytes: Buffer): Record<string, unknown> {
  const outline: Record<string, unknown> = Object.create(null);
  const tokens = /"((?:[^"\\\n]|\\.)*)"(\s*:\s*[[{]?)?|[[\]{}]/g;
  let depth = 0;
  for (const [token, name, colonAndBracket] of bytes.toString('latin1').matchAll(tokens)) {
    if (name === undefined) depth += token === '{' || token === '[' ? 1 : -1;
    else if (colonAndBracket !== undefined) {
      const bracket = colonAndBracket.at(-1);
      if (depth === 1) outline[name] = bracket === '[' ? [] : bracket === '{' ? {} : null;
      if (bracket === '[' || bracket === '{') depth += 1;
    }
    if (depth === 0) break;
  }
  return outline;
}

/**
 * Whether each bracket of the text is closed by its counterpart, so that a fault between them does not affect what follows. A
 * zero byte is a sign of another encoding.
 */
function isBalanced(bytes: Buffer): boolean {
  const tokens = /"(?:[^"\\\n]|\\.)*("?)|[[\]{}]/g;
  if (bytes.includes(0)) return false;
  const closing: string[] = [];
  for (const [token, closingQuote] of bytes.toString('latin1').matchAll(tokens)) {
    if (token === '{') closing.push('}');
    else if (token === '[') closing.push(']');
    else if (token === '}' || token === ']') {
      if (closing.pop() !== token) return false;
    } else if (closingQuote === '') return false;
  }
  return closing.length === 0;
}

type Records = Generator<JsonRecord | null, void>;

/** Reads the values of one file. The methods are coroutines that yield null if they need more bytes. */
class RecordReader {
  readonly #source: JsonSource;
  readonly #reading: JsonReading;

  constructor(source: JsonSource, reading: JsonReading) {
    this.#source = source;
    this.#reading = reading;
  }

  /** The fault because of which the value that starts at the kept bytes has no end in them. */
  #faultOfOpenValue(start: TextPlace): UnreadableFile {
    const fault = findJsonFault(this.#source.kept());
    if (fault !== null && fault.isEnd !== true) return this.#source.unreadable(fault);
    if (!this.#source.hasEnded) return new UnreadableFile(tooLong, start);
    return this.#source.unexpected(`ends inside the value that starts on line ${start.line}`);
  }

  /**
   * The records of the kept value: those in its lists if it is an object of lists, otherwise itself. If a fault leaves the end
   * of the value uncertain, the rest of the file cannot be read.
   */
  *#recordsOfValue(start: TextPlace, section: string | null, index: number, { value, fault }: Parsed): Records {
    const source = this.#source;
    if (this.#reading.kindOf(fault === null ? value : outlineOf(source.kept()), section) === 'lists') {
      source.rewind();
      yield* this.#lists(start);
    } else if (fault === null) yield { section, index, ...start, value };
    else if (isBalanced(source.kept())) yield this.#invalidRecord(start, section, index, fault);
    else throw source.unreadable(fault);
  }

  #invalidRecord(start: TextPlace, section: string | null, index: number, fault: JsonFault): JsonRecord {
    const { place, message } = this.#source.unreadable(fault);
    return { section, index, ...(place ?? start), value: undefined, invalid: message };
  }

  /** The items of the list that starts here. */
  *#items(section: string | null): Records {
    const source = this.#source;
    source.at += 1;
    source.release();
    for (let index = 0; ; index += 1) {
      const first = yield* source.nextByte();
      if (first === closeBracket && index === 0) break;
      if (first === -1) throw source.unexpected('ends inside a list');
      if (first === comma || first === closeBracket || first === closeBrace)
        throw source.unexpected('a value is missing');
      const start = source.keep();
      if (!(yield* source.skipValue())) throw this.#faultOfOpenValue(start);
      yield* this.#recordsOfValue(start, section, index, parse(source.kept()));
      const end = source.keptLength();
      const next = yield* source.nextByte();
      if (next === closeBracket) break;
      if (next === -1) throw source.unexpected('ends inside a list');
      if (next !== comma) throw source.unexpected("',' or ']' is missing", end);
      source.at += 1;
      source.release();
    }
    source.at += 1;
    source.release();
  }

  /** Reads the name of the next field. Returns null at the end of the object. */
  *#nextName(isFirst: boolean): Steps<string | null> {
    const source = this.#source;
    const first = yield* source.nextByte();
    if (first === closeBrace && isFirst) return null;
    if (first === -1) throw source.unexpected('ends inside an object');
    if (first !== quote) throw source.unexpected('a name in double quotes is missing');
    const start = source.keep();
    if (!(yield* source.skipValue())) throw this.#faultOfOpenValue(start);
    const { value, fault } = parse(source.kept());
    if (fault !== null) throw source.unreadable(fault);
    const end = source.keptLength();
    if ((yield* source.nextByte()) !== colon) throw source.unexpected("':' is missing", end);
    source.at += 1;
    source.release();
    return String(value);
  }

  /** Reads a field with another value than a list. */
  *#ignoredField(name: string): Steps<void> {
    const source = this.#source;
    const start = source.keep();
    if (!(yield* source.skipValue())) throw this.#faultOfOpenValue(start);
    const { fault } = parse(source.kept());
    if (fault !== null) throw source.unreadable(fault);
    this.#reading.onIgnoredField(name);
  }

  /** The items of all lists in the object that starts here. */
  *#lists(start: TextPlace): Records {
    const source = this.#source;
    const outline: Record<string, unknown> = Object.create(null);
    source.at += 1;
    source.release();
    for (let isFirst = true; ; isFirst = false) {
      const name = yield* this.#nextName(isFirst);
      if (name === null) break;
      const first = yield* source.nextByte();
      outline[name] = first === openBracket ? [] : first === openBrace ? {} : null;
      if (first === openBracket) yield* this.#items(name);
      else yield* this.#ignoredField(name);
      const end = source.keptLength();
      const next = yield* source.nextByte();
      if (next === closeBrace) break;
      if (next === -1) throw source.unexpected('ends inside an object');
      if (next !== comma) throw source.unexpected("',' or '}' is missing", end);
      source.at += 1;
      source.release();
    }
    source.at += 1;
    source.release();
    const kind = this.#reading.kindOf(outline, null);
    // An object that is longer than a record is read as lists before all of its fields are known.
    if (kind === 'record') throw new UnreadableFile(tooLong, start);
    if (kind === 'unknown') yield { section: null, index: 0, ...start, value: outline };
  }

  /** The values on the lines. An invalid line does not affect the other lines. */
  *#lines(firstIndex: number): Records {
    const source = this.#source;
    for (let index = firstIndex; ; index += 1) {
      const first = yield* source.nextByte();
      if (first === -1) break;
      const start = source.keep();
      if (yield* source.skipLine()) {
        const parsed = parse(source.kept());
        if (parsed.fault === null) yield* this.#recordsOfValue(start, null, index, parsed);
        else yield this.#invalidRecord(start, null, index, parsed.fault);
      } else {
        if (first !== openBrace) throw this.#faultOfOpenValue(start);
        source.rewind();
        yield* this.#object(index);
      }
      source.release();
    }
  }

  /** The records of the object that starts here. */
  *#object(index: number): Records {
    const source = this.#source;
    const start = source.keep();
    if (yield* source.skipValue()) {
      yield* this.#recordsOfValue(start, null, index, parse(source.kept()));
      return;
    }
    const kind = this.#reading.kindOf(outlineOf(source.kept()), null);
    if (kind === 'record' || (kind === 'unknown' && source.hasEnded)) throw this.#faultOfOpenValue(start);
    source.rewind();
    yield* this.#lists(start);
  }

  /** Whether the object that starts here ends on the same line, and is followed by other values. Does not move. */
  *#isFirstOfLines(): Steps<boolean> {
    const source = this.#source;
    source.keep();
    let isFirst = false;
    if ((yield* source.skipValue()) && !source.kept().includes(newLine)) isFirst = (yield* source.nextByte()) !== -1;
    source.rewind();
    return isFirst;
  }

  /** The records of the whole file. */
  *read(): Records {
    const source = this.#source;
    if ((yield* source.nextByte()) === -1) throw new UnreadableFile('must not be empty', null);
    for (let index = 0; ; index += 1) {
      const first = yield* source.nextByte();
      source.keep();
      if (first === -1) return;
      if (first === openBracket && index === 0) {
        yield* this.#items(null);
        if ((yield* source.nextByte()) !== -1) throw source.unexpected('continues after the list');
        return;
      }
      if (first !== openBrace) {
        const rule = index === 0 ? 'must be JSON or newline-delimited JSON, which start with { or [' : null;
        const fault = source.unexpected('continues after the object');
        throw rule === null || fault.message === 'must be UTF-8' ? fault : new UnreadableFile(rule, fault.place);
      }
      if (yield* this.#isFirstOfLines()) {
        yield* this.#lines(index);
        return;
      }
      yield* this.#object(index);
      source.release();
    }
  }
}

/**
 * Reads the records of a file of any size, one chunk at a time: a JSON list, an object of lists of records, a single record,
 * or newline-delimited JSON. An object of lists can also be an item of a list or a line.
 * @throws UnreadableFile
 */
export async function* readRecords(path: string, reading: JsonReading): AsyncGenerator<JsonRecord[]> {
  const file = await open(path);
  try {
    const chunk = Buffer.alloc(chunkSize);
    const source = new JsonSource();
    let isFirst = true;
    let chunkRecords: JsonRecord[] = [];
    for (const record of new RecordReader(source, reading).read()) {
      if (record !== null) {
        chunkRecords.push(record);
        continue;
      }
      if (chunkRecords.length > 0) yield chunkRecords;
      chunkRecords = [];
      const { bytesRead } = await file.read(chunk, 0, chunkSize);
      reading.onBytes(bytesRead);
      source.hasEnded = bytesRead === 0;
      source.add(chunk.subarray(0, bytesRead));
      if (isFirst) skipByteOrderMark(source);
      isFirst = false;
    }
    if (chunkRecords.length > 0) yield chunkRecords;
  } finally {
    await file.close();
  }
}

function skipByteOrderMark(source: JsonSource): void {
  const [first] = source.bytes;
  if (first === 0xfe || first === 0xff) throw source.unexpected('');
  if (source.bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark)) source.skipMark(byteOrderMark.length);
}
