import { LruCache } from '../base/lru-cache.ts';

/** The content encodings of answers, the preferred one first: zstd needs the least time for the smallest text. */
export const contentEncodings = ['zstd', 'br', 'gzip'] as const;

export type ContentEncoding = (typeof contentEncodings)[number];

const maxHeaderCharacters = 1_000;
/** Clients send only a few different headers. */
const parsedHeaders = new LruCache<string, ContentEncoding | 'identity'>(100);

/** Returns the encoding that an `Accept-Encoding` header prefers. Without the header, answers are not compressed. */
export function acceptedEncoding(header: string | undefined): ContentEncoding | 'identity' {
  if (header === undefined || header.length > maxHeaderCharacters) return 'identity';
  let encoding = parsedHeaders.get(header);
  if (encoding === undefined) {
    encoding = preferredEncoding(header);
    parsedHeaders.set(header, encoding);
  }
  return encoding;
}

function preferredEncoding(header: string): ContentEncoding | 'identity' {
  const qualities = new Map<string, number>();
  for (const item of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    qualities.set(name, /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0);
  }
  let best: ContentEncoding | 'identity' = 'identity';
  let bestQuality = qualities.get('identity') ?? 0;
  for (const encoding of contentEncodings) {
    const quality = qualities.get(encoding) ?? qualities.get('*') ?? 0;
    // If a client accepts both equally, the smaller text is sent.
    if (quality > bestQuality || (quality > 0 && quality === bestQuality && best === 'identity')) {
      [best, bestQuality] = [encoding, quality];
    }
  }
  return best;
}
