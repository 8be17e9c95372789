/** A place in a file. Lines and columns are counted from 1, and columns in characters. */
export interface TextPlace {
  /** The number of bytes before the place. */
  offset: number;
  line: number;
  column: number;
}

const newLine = 0x0a;

/**
 * Moves a place past bytes, the first of which is at the place. Returns the position of the first line end after them, which
 * the next call takes as `knownLineEnd`, or -1.
 */
export function moveThrough(
  place: TextPlace,
  bytes: Buffer,
  start: number,
  end: number,
  knownLineEnd = bytes.indexOf(newLine, start),
): number {
  let lineEnd = knownLineEnd;
  let lineStart = start;
  // Most bytes are not read here, because a native search skips the text before the last line.
  while (lineEnd !== -1 && lineEnd < end) {
    place.line += 1;
    place.column = 1;
    lineStart = lineEnd + 1;
    lineEnd = bytes.indexOf(newLine, lineStart);
  }
  let continuationBytes = 0;
  for (let at = lineStart; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0x80 && byte < 0xc0) continuationBytes += 1;
  }
  place.column += end - lineStart - continuationBytes;
  place.offset += end - start;
  return lineEnd;
}
