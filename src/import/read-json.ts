import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';

/** A value of a file, and its place. */
export interface JsonRecord {
  /** The name of the list that contains the value. Null for a list or object without a name. */
  section: string | null;
  /** The index in the list, or in the file. */
  index: number;
  /** The line on which the value starts. */
  line: number;
  value: unknown;
  /** Why the text is not JSON; `value` is then undefined. */
  invalid?: string;
}

/** A file that cannot be read completely. The message names the line, but never contains a value. */
export class UnreadableFile extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableFile';
  }
}

const chunkSize = 1024 * 1024;
/** The maximum length of a record, which limits the use of memory. Records of OBP are much shorter. */
const maxRecordLength = 4 * 1024 * 1024;

const newLine = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === newLine || byte === 0x0d || byte === 0x09;
}

/** The part of the file that is in memory. */
interface Source {
  bytes: Buffer;
  /** The position in `bytes` of the next byte to read. */
  at: number;
  /** The bytes before this position are no longer needed. */
  keepFrom: number;
  /** The line of the position `at`, counted from 1. */
  line: number;
  ended: boolean;
}

/** A coroutine that yields null if it needs more bytes of the file. */
type Steps<Result> = Generator<null, Result>;

/** Returns the next byte that is not white space, without consuming the byte. Returns -1 at the end of the file. */
function* nextByte(source: Source): Steps<number> {
  for (;;) {
    for (; source.at < source.bytes.length; source.at += 1) {
      const byte = source.bytes[source.at];
      if (byte === newLine) source.line += 1;
      else if (!isWhiteSpace(byte)) return byte ?? -1;
    }
    if (source.ended) return -1;
    yield null;
  }
}

/**
 * Moves to the end of the value that starts here. Only brackets and quotes are read, because the value is parsed when it is
 * complete. Returns false if the value is longer than a record can be.
 */
function* skipValue(source: Source): Steps<boolean> {
  const firstLine = source.line;
  let depth = 0;
  let inString = false;
  // Relative to `keepFrom`, because the bytes move when more of them are read.
  const begin = source.at - source.keepFrom;
  for (;;) {
    const { bytes } = source;
    const { length } = bytes;
    let at = source.at;
    for (; at < length; at += 1) {
      const byte = bytes[at];
      if (inString) {
        if (byte === backslash) at += 1;
        else if (byte === quote) {
          inString = false;
          if (depth === 0) {
            source.at = at + 1;
            return true;
          }
        }
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) depth += 1;
      else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1;
        if (depth <= 0) {
          // A number or a literal ends before the bracket that closes its list or object.
          source.at = depth === 0 ? at + 1 : at;
          return true;
        }
      } else if (depth === 0 && (byte === comma || isWhiteSpace(byte))) {
        source.at = at;
        return true;
      } else if (byte === newLine) source.line += 1;
    }
    source.at = at;
    if (source.at - source.keepFrom - begin > maxRecordLength) return false;
    if (source.ended) {
      if (depth === 0 && !inString) return true;
      throw new UnreadableFile(`ends inside the value that starts on line ${firstLine}`);
    }
    yield null;
  }
}

function parse(bytes: Buffer): { value: unknown; invalid?: string } {
  if (!isUtf8(bytes)) return { value: undefined, invalid: 'must be UTF-8' };
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    // The message of the parser contains a part of the text, so it is not reported.
    return { value: undefined, invalid: 'must be valid JSON' };
  }
}

/** Parses the value that starts here, and moves to its end. */
function* readValue(source: Source): Steps<{ line: number; value: unknown; invalid?: string }> {
  const { line } = source;
  source.keepFrom = source.at;
  if (!(yield* skipValue(source))) {
    throw new UnreadableFile(`must not contain a record of more than 4 MB, but one starts on line ${line}`);
  }
  return { line, ...parse(source.bytes.subarray(source.keepFrom, source.at)) };
}

type Records = Generator<JsonRecord | null, void>;

/** The items of the list that starts here. */
function* items(source: Source, section: string | null): Records {
  source.at += 1;
  for (let index = 0; ; index += 1) {
    const first = yield* nextByte(source);
    if (first === closeBracket && index === 0) break;
    if (first === -1) throw new UnreadableFile(`ends inside a list on line ${source.line}`);
    if (first === comma || first === closeBracket) {
      throw new UnreadableFile(`must be valid JSON, but a value is missing on line ${source.line}`);
    }
    yield { section, index, ...(yield* readValue(source)) };
    source.keepFrom = source.at;
    const next = yield* nextByte(source);
    if (next === closeBracket) break;
    if (next === -1) throw new UnreadableFile(`ends inside a list on line ${source.line}`);
    if (next !== comma)
      throw new UnreadableFile(`must be valid JSON, but ',' or ']' is missing on line ${source.line}`);
    source.at += 1;
  }
  source.at += 1;
  source.keepFrom = source.at;
}

/** The items of all lists in the object that starts here. Other fields are ignored, unless `mustBeLists` is set. */
function* itemsOfLists(source: Source, mustBeLists: boolean): Records {
  source.at += 1;
  for (let index = 0; ; index += 1) {
    const first = yield* nextByte(source);
    if (first === closeBrace && index === 0) break;
    if (first === -1) throw new UnreadableFile(`ends inside an object on line ${source.line}`);
    if (first !== quote) throw new UnreadableFile(`must be valid JSON, but a name is missing on line ${source.line}`);
    const key = yield* readValue(source);
    if (typeof key.value !== 'string') throw new UnreadableFile(`must be valid JSON, but line ${key.line} is not`);
    if ((yield* nextByte(source)) !== colon) {
      throw new UnreadableFile(`must be valid JSON, but ':' is missing on line ${source.line}`);
    }
    source.at += 1;
    if ((yield* nextByte(source)) === openBracket) yield* items(source, key.value);
    else {
      const { line, invalid } = yield* readValue(source);
      if (mustBeLists)
        throw new UnreadableFile(
          'must be a list, an object of lists or newline-delimited JSON, because it is longer than 4 MB',
        );
      if (invalid !== undefined) throw new UnreadableFile(`${invalid}, but line ${line} is not`);
    }
    const next = yield* nextByte(source);
    if (next === closeBrace) break;
    if (next === -1) throw new UnreadableFile(`ends inside an object on line ${source.line}`);
    if (next !== comma)
      throw new UnreadableFile(`must be valid JSON, but ',' or '}' is missing on line ${source.line}`);
    source.at += 1;
  }
  source.at += 1;
  source.keepFrom = source.at;
}

/** The values on the lines. An invalid line does not affect the other lines. */
function* lines(source: Source): Records {
  for (let index = 0; (yield* nextByte(source)) !== -1; ) {
    source.keepFrom = source.at;
    let end = source.bytes.indexOf(newLine, source.at);
    while (end === -1 && !source.ended) {
      if (source.bytes.length - source.keepFrom > maxRecordLength) {
        throw new UnreadableFile(`must not contain a record of more than 4 MB, but one starts on line ${source.line}`);
      }
      yield null;
      end = source.bytes.indexOf(newLine, source.keepFrom);
    }
    const lineEnd = end === -1 ? source.bytes.length : end;
    yield { section: null, index, line: source.line, ...parse(source.bytes.subarray(source.keepFrom, lineEnd)) };
    index += 1;
    source.at = lineEnd;
    source.keepFrom = lineEnd;
  }
}

/** Whether a value in a list of this name is an object of lists of records, and not a record. */
export type IsListOfRecords = (value: unknown, section: string | null) => boolean;

/** The records of a value: those in its lists if it is an object of lists, otherwise itself. */
function* expanded(record: JsonRecord, isListOfRecords: IsListOfRecords): Generator<JsonRecord> {
  const { section, line, value, invalid } = record;
  if (invalid !== undefined || !isListOfRecords(value, section)) {
    yield record;
    return;
  }
  for (const [name, list] of Object.entries(value as Record<string, unknown>)) {
    if (!Array.isArray(list)) continue;
    for (const [index, item] of list.entries()) {
      yield* expanded({ section: name, index, line, value: item }, isListOfRecords);
    }
  }
}

function* records(source: Source, isListOfRecords: IsListOfRecords): Records {
  const first = yield* nextByte(source);
  if (first === -1) throw new UnreadableFile('must not be empty');
  if (first === openBracket) {
    yield* items(source, null);
  } else if (first === openBrace) {
    const { at, line } = source;
    source.keepFrom = at;
    const isShort = yield* skipValue(source);
    const end = source.at - source.keepFrom;
    const isOnOneLine = source.line === line;
    const isAlone = !isShort || (yield* nextByte(source)) === -1;
    if (isShort && isAlone) {
      const parsed = parse(source.bytes.subarray(source.keepFrom, source.keepFrom + end));
      if (parsed.invalid !== undefined || !isListOfRecords(parsed.value, null)) {
        yield { section: null, index: 0, line, ...parsed };
        return;
      }
    }
    source.at = source.keepFrom;
    source.line = line;
    if (isAlone) yield* itemsOfLists(source, !isShort);
    else if (isOnOneLine) yield* lines(source);
    else {
      for (let index = 0; ; index += 1) {
        const next = yield* nextByte(source);
        if (next === -1) break;
        if (next !== openBrace) throw new UnreadableFile(`must be valid JSON, but line ${source.line} is not`);
        yield { section: null, index, ...(yield* readValue(source)) };
      }
    }
  } else {
    throw new UnreadableFile('must be JSON or newline-delimited JSON, which start with { or [');
  }
  if ((yield* nextByte(source)) !== -1)
    throw new UnreadableFile(`must end after the first list or object, but continues on line ${source.line}`);
}

/**
 * Reads the records of a file of any size, one chunk at a time: a JSON list, an object of lists of records, a single record,
 * or newline-delimited JSON. An object of lists can also be an item of a list or a line.
 * @throws UnreadableFile
 */
export async function* readRecords(
  path: string,
  isListOfRecords: IsListOfRecords,
  onBytes: (count: number) => void,
): AsyncGenerator<JsonRecord[]> {
  const file = await open(path);
  try {
    const chunk = Buffer.alloc(chunkSize);
    const source: Source = { bytes: Buffer.alloc(0), at: 0, keepFrom: 0, line: 1, ended: false };
    let isFirst = true;
    const steps = records(source, isListOfRecords);
    let chunkRecords: JsonRecord[] = [];
    for (;;) {
      const step = steps.next();
      if (step.done === true) break;
      if (step.value !== null) {
        chunkRecords.push(...expanded(step.value, isListOfRecords));
        continue;
      }
      if (chunkRecords.length > 0) yield chunkRecords;
      chunkRecords = [];
      const { bytesRead } = await file.read(chunk, 0, chunkSize);
      onBytes(bytesRead);
      source.ended = bytesRead === 0;
      let read = chunk.subarray(0, bytesRead);
      if (isFirst) {
        isFirst = false;
        if (read[0] === 0xfe || read[0] === 0xff) throw new UnreadableFile('must be UTF-8');
        if (read[0] === 0xef && read[1] === 0xbb && read[2] === 0xbf) read = read.subarray(3);
      }
      // A value that is not complete is kept from its start, otherwise the bytes are kept from here.
      source.bytes = Buffer.concat([source.bytes.subarray(source.keepFrom), read]);
      source.at -= source.keepFrom;
      source.keepFrom = 0;
    }
    if (chunkRecords.length > 0) yield chunkRecords;
  } finally {
    await file.close();
  }
}
