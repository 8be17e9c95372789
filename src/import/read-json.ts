import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';

/** One value of a file, and where it is. */
export interface JsonRecord {
  /** The key of the list that it is in, or null outside of one. */
  section: string | null;
  /** Its index in that list, or in the file. */
  index: number;
  /** The line on which it begins. */
  line: number;
  value: unknown;
  /** Set where the text of the record is not JSON; `value` is then undefined. */
  invalid?: string;
}

/** A file that cannot be read to its end. The message says where, and never holds a value. */
export class UnreadableFile extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableFile';
  }
}

const chunkSize = 1024 * 1024;
/** A longer record is no record of OBP's; it bounds the memory that reading takes, whatever the file holds. */
const longestRecord = 4 * 1024 * 1024;

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
  /** Where reading goes on in `bytes`. */
  at: number;
  /** What is before is no longer needed. */
  keepFrom: number;
  /** The line of `at`, counted from 1. */
  line: number;
  ended: boolean;
}

/** A coroutine that yields null when it needs more bytes of the file. */
type Steps<Result> = Generator<null, Result>;

/** The next byte that is not white space, which is not taken; -1 at the end of the file. */
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
 * Goes behind the value that begins here: only its brackets and quotes are looked at, it is parsed when it is whole. False
 * when it is longer than the longest record.
 */
function* passValue(source: Source): Steps<boolean> {
  const firstLine = source.line;
  let depth = 0;
  let inString = false;
  // Distances from `keepFrom`, as the bytes move when more of them are read.
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
          // A number or a word ends before the bracket of what it is in.
          source.at = depth === 0 ? at + 1 : at;
          return true;
        }
      } else if (depth === 0 && (byte === comma || isWhiteSpace(byte))) {
        source.at = at;
        return true;
      } else if (byte === newLine) source.line += 1;
    }
    source.at = at;
    if (source.at - source.keepFrom - begin > longestRecord) return false;
    if (source.ended) {
      if (depth === 0 && !inString) return true;
      throw new UnreadableFile(`ends inside of the value that begins on line ${firstLine}`);
    }
    yield null;
  }
}

function parse(bytes: Buffer): { value: unknown; invalid?: string } {
  if (!isUtf8(bytes)) return { value: undefined, invalid: 'is not UTF-8' };
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    // The parser's message holds some of the text.
    return { value: undefined, invalid: 'is not valid JSON' };
  }
}

/** Takes the value that begins here. */
function* takeValue(source: Source): Steps<{ line: number; value: unknown; invalid?: string }> {
  const { line } = source;
  source.keepFrom = source.at;
  if (!(yield* passValue(source))) {
    throw new UnreadableFile(`has a record of more than 4 MB on line ${line}`);
  }
  return { line, ...parse(source.bytes.subarray(source.keepFrom, source.at)) };
}

type Records = Generator<JsonRecord | null, void>;

/** The elements of the list that begins here. */
function* elements(source: Source, section: string | null): Records {
  source.at += 1;
  for (let index = 0; ; index += 1) {
    const first = yield* nextByte(source);
    if (first === closeBracket && index === 0) break;
    if (first === -1) throw new UnreadableFile(`ends inside of a list, on line ${source.line}`);
    if (first === comma || first === closeBracket) {
      throw new UnreadableFile(`is not valid JSON on line ${source.line}: a value is missing`);
    }
    yield { section, index, ...(yield* takeValue(source)) };
    source.keepFrom = source.at;
    const next = yield* nextByte(source);
    if (next === closeBracket) break;
    if (next === -1) throw new UnreadableFile(`ends inside of a list, on line ${source.line}`);
    if (next !== comma) throw new UnreadableFile(`is not valid JSON on line ${source.line}: ',' or ']' is missing`);
    source.at += 1;
  }
  source.at += 1;
  source.keepFrom = source.at;
}

/** The elements of the lists that are members of the object that begins here. */
function* elementsOfMembers(source: Source, allAreLists: boolean): Records {
  source.at += 1;
  for (let index = 0; ; index += 1) {
    const first = yield* nextByte(source);
    if (first === closeBrace && index === 0) break;
    if (first === -1) throw new UnreadableFile(`ends inside of an object, on line ${source.line}`);
    if (first !== quote) throw new UnreadableFile(`is not valid JSON on line ${source.line}: a key is missing`);
    const key = yield* takeValue(source);
    if (typeof key.value !== 'string') throw new UnreadableFile(`is not valid JSON on line ${key.line}`);
    if ((yield* nextByte(source)) !== colon) {
      throw new UnreadableFile(`is not valid JSON on line ${source.line}: ':' is missing`);
    }
    source.at += 1;
    if ((yield* nextByte(source)) === openBracket) yield* elements(source, key.value);
    else {
      const { line, invalid } = yield* takeValue(source);
      if (allAreLists)
        throw new UnreadableFile('is longer than 4 MB and neither lines, nor a list, nor an object of lists');
      if (invalid !== undefined) throw new UnreadableFile(`${invalid} on line ${line}`);
    }
    const next = yield* nextByte(source);
    if (next === closeBrace) break;
    if (next === -1) throw new UnreadableFile(`ends inside of an object, on line ${source.line}`);
    if (next !== comma) throw new UnreadableFile(`is not valid JSON on line ${source.line}: ',' or '}' is missing`);
    source.at += 1;
  }
  source.at += 1;
  source.keepFrom = source.at;
}

/** A value on each line: a line that is not JSON does not spoil the others. */
function* lines(source: Source): Records {
  for (let index = 0; (yield* nextByte(source)) !== -1; ) {
    source.keepFrom = source.at;
    let end = source.bytes.indexOf(newLine, source.at);
    while (end === -1 && !source.ended) {
      if (source.bytes.length - source.keepFrom > longestRecord) {
        throw new UnreadableFile(`has a record of more than 4 MB on line ${source.line}`);
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
  if (first === -1) throw new UnreadableFile('is empty');
  if (first === openBracket) {
    yield* elements(source, null);
  } else if (first === openBrace) {
    const { at, line } = source;
    source.keepFrom = at;
    const isShort = yield* passValue(source);
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
    if (isAlone) yield* elementsOfMembers(source, !isShort);
    else if (isOnOneLine) yield* lines(source);
    else {
      for (let index = 0; ; index += 1) {
        const next = yield* nextByte(source);
        if (next === -1) break;
        if (next !== openBrace) throw new UnreadableFile(`is not valid JSON on line ${source.line}`);
        yield { section: null, index, ...(yield* takeValue(source)) };
      }
    }
  } else {
    throw new UnreadableFile('begins with neither { nor [: only JSON and newline-delimited JSON can be imported');
  }
  if ((yield* nextByte(source)) !== -1) throw new UnreadableFile(`goes on after its end, on line ${source.line}`);
}

/**
 * The records of a file of any size, a chunk's worth at a time: of a JSON list, of the lists in a JSON object (where
 * `isList` says that it is no record itself), or of newline-delimited JSON. Fails with UnreadableFile.
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
    let found: JsonRecord[] = [];
    for (;;) {
      const step = steps.next();
      if (step.done === true) break;
      if (step.value !== null) {
        found.push(...expanded(step.value, isListOfRecords));
        continue;
      }
      if (found.length > 0) yield found;
      found = [];
      const { bytesRead } = await file.read(chunk, 0, chunkSize);
      onBytes(bytesRead);
      source.ended = bytesRead === 0;
      let read = chunk.subarray(0, bytesRead);
      if (isFirst) {
        isFirst = false;
        if (read[0] === 0xfe || read[0] === 0xff) throw new UnreadableFile('is not UTF-8');
        if (read[0] === 0xef && read[1] === 0xbb && read[2] === 0xbf) read = read.subarray(3);
      }
      // While a value is being taken it is kept from its beginning, otherwise from here.
      source.bytes = Buffer.concat([source.bytes.subarray(source.keepFrom), read]);
      source.at -= source.keepFrom;
      source.keepFrom = 0;
    }
    if (found.length > 0) yield found;
  } finally {
    await file.close();
  }
}
