import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { acceptedEncoding, type ContentEncoding } from './accepted-encoding.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Set by a route whose answer contains no secret. Other answers are never compressed. */
    isCompressible: boolean;
  }
}

/** A shorter answer takes one packet, compressed or not. */
const minBytes = 1_400;

/** The maximum number of answers of a process that are compressed by other threads at once. */
const maxThreads = 2;

/**
 * Measured with a page of 71 kB, in bytes and CPU milliseconds: zstd 1 takes 19,085 and 0.14; brotli 1 takes 20,256 and 0.26, and 4
 * takes 19,153 and 0.85; gzip 1 takes 21,548 and 0.54, and 6 takes 19,605 and 1.02. Higher levels of zstd gain nothing.
 */
const zstd = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const level = { level: 6 };

interface Compressor {
  /** An answer of this size takes at most about a millisecond. Other threads compress a larger one. */
  maxBytesInTick: number;
  compressSync(answer: Buffer): Buffer;
  compress(answer: Buffer): Promise<Buffer>;
}

const compressors: Record<ContentEncoding, Compressor> = {
  zstd: {
    maxBytesInTick: 262_144,
    compressSync: (answer) => zstdCompressSync(answer, zstd),
    compress: (answer) => promisify(zstdCompress)(answer, zstd),
  },
  br: {
    maxBytesInTick: 81_920,
    compressSync: (answer) => brotliCompressSync(answer, brotli),
    compress: (answer) => promisify(brotliCompress)(answer, brotli),
  },
  gzip: {
    maxBytesInTick: 73_728,
    compressSync: (answer) => gzipSync(answer, level),
    compress: (answer) => promisify(gzip)(answer, level),
  },
};

/** Compresses the answers that are marked with `isCompressible`, if enabled, with an encoding that the client accepts. */
export function compressAnswers(app: FastifyInstance, { isEnabled }: { isEnabled: boolean }): void {
  let threads = 0;

  /** Compresses an answer that is too large for this thread. Returns null if the other threads have enough to do. */
  async function compressElsewhere(answer: Buffer, { compress }: Compressor): Promise<Buffer | null> {
    if (threads >= maxThreads) return null;
    threads += 1;
    try {
      return await compress(answer);
    } finally {
      threads -= 1;
    }
  }

  app.decorateReply('isCompressible', false);
  if (!isEnabled) return;
  app.addHook<unknown>('onSend', (request, reply, payload, done) => {
    // A 304 has the same `Vary` as the answer that the client has already (RFC 9110, section 15.4.5).
    const varies = reply.isCompressible && [200, 304].includes(reply.statusCode);
    if (!varies || reply.hasHeader('content-encoding')) {
      done(null, payload);
      return;
    }
    addToVary(reply, 'accept-encoding');
    const encoding = acceptedEncoding(request.headers['accept-encoding']);
    const answer = typeof payload === 'string' ? Buffer.from(payload) : payload;
    if (encoding === 'identity' || !Buffer.isBuffer(answer) || answer.length < minBytes) {
      done(null, payload);
      return;
    }
    const send = (compressed: Buffer | null) => {
      if (compressed !== null) reply.header('content-encoding', encoding).removeHeader('content-length');
      done(null, compressed ?? answer);
    };
    const compressor = compressors[encoding];
    if (answer.length <= compressor.maxBytesInTick) send(compressor.compressSync(answer));
    else compressElsewhere(answer, compressor).then(send, done);
  });
}

/** Adds a name to the `Vary` header, which CORS sets too. */
function addToVary(reply: FastifyReply, name: string): void {
  const vary = reply.getHeader('vary');
  reply.header('vary', vary === undefined ? name : `${vary}, ${name}`);
}
