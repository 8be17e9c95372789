/** IDs of trusted documents that are unknown, long, or of wrong types. */
import { type Attack, type AttackOptions, attack, inParallel } from '../attack.ts';
import { keepAliveAgent } from '../client.ts';

const bounds = { cpuMilliseconds: 100, bytes: 4_000 };
const query = '{ __typename }';

function body(name: string, content: object | string, key: string, options: AttackOptions = {}): Attack {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return attack(`documentId: ${name}`, async (scene) => [await scene.send({ body: text })], {
    expected: { statuses: [400], keys: [key], never: ['OBP-50000', 'aaaa'] },
    ...options,
    bounds: { ...bounds, ...options.bounds },
  });
}

const hash = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const unknownTexts: Readonly<Record<string, string>> = {
  'of 230,000 characters': 'a'.repeat(230_000),
  'that is empty': '',
  'that is a property of objects': '__proto__',
  'with a null character': '\u0000',
  'with an unpaired surrogate': '\ud800',
  'with line breaks': 'a\r\nSet-Cookie: a=b',
  'with a path': '../../../../etc/passwd',
  'with the prefix of a hash alone': 'sha256:',
  'with a hash in upper case': `SHA256:${'A'.repeat(64)}`,
};

export const documentIdAttacks: Attack[] = [
  ...Object.entries(unknownTexts).map(([name, documentId]) =>
    body(`an ID ${name}`, { documentId }, 'DOCUMENT_NOT_FOUND'),
  ),
  ...[1, true, [], ['a'], { a: 'b' }].map((documentId) =>
    body(`${JSON.stringify(documentId)} as the ID`, { documentId }, 'OBP-10001'),
  ),
  body('an ID with a text', { documentId: 'a', query }, 'OBP-10001'),
  body('an ID and a hash', { documentId: 'a', ...hash('a') }, 'OBP-10001'),
  body('an object 40,000 levels deep as the ID', `{"documentId":${deep(40_000)}}`, 'BAD_REQUEST', {
    expected: { statuses: [400], never: ['OBP-50000'] },
  }),
  body('a hash of 230,000 characters', hash('a'.repeat(230_000)), 'PERSISTED_QUERY_NOT_SUPPORTED'),
  body('a hash of another text', { query, ...hash('b'.repeat(64)) }, 'OBP-10001'),
  ...[1, null, [], { a: 'b' }].map((value) => body(`${JSON.stringify(value)} as the hash`, hash(value), 'OBP-10001')),
  ...[2, '1', null].map((version) =>
    body(`the version ${JSON.stringify(version)} of a hash`, hash('a', version), 'OBP-10001'),
  ),
  body('a text as the persisted query', { extensions: { persistedQuery: 'a' } }, 'OBP-10001'),
  attack(
    'documentId: 2,000 unknown IDs',
    async (scene) => {
      const agent = keepAliveAgent();
      const address = scene.newAddress();
      const replies = await inParallel(2_000, 8, (index) =>
        scene.send({ agent, address, body: JSON.stringify({ documentId: `unknown-${index}` }) }),
      );
      agent.destroy();
      return replies;
    },
    {
      expected: { statuses: [400, 429], someKeys: ['RATE_LIMITED'], never: ['OBP-50000'] },
      bounds: { cpuMilliseconds: 3_000, bytes: 2_000_000 },
    },
  ),
];
