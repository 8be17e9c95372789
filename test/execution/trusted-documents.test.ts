import { describe, expect, test } from 'vitest';
import { hashOfText, InvalidManifest, parseManifest } from '../../src/execution/document-manifest.ts';
import { isManifestFile, manifestFile } from '../../src/execution/document-settings.ts';
import { TrustedDocuments } from '../../src/execution/trusted-documents.ts';

const text = 'query Me { me { id } }';
const other = 'query Banks { banks { id } }';

describe('parseManifest', () => {
  test('reads a map of IDs to documents', () => {
    const [document, custom] = parseManifest(JSON.stringify({ [`sha256:${hashOfText(text)}`]: text, a1: other }));

    expect(document).toEqual({
      id: `sha256:${hashOfText(text)}`,
      ...{ text, hash: hashOfText(text), name: 'Me', problem: null },
    });
    expect(custom).toMatchObject({ id: 'a1', name: 'Banks', problem: null });
  });

  test('reads an operation manifest of Apollo', () => {
    const operations = [{ id: hashOfText(text), name: 'Me', type: 'query', body: text }];
    const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };

    expect(parseManifest(JSON.stringify(manifest))).toMatchObject([{ id: hashOfText(text), text, problem: null }]);
  });

  test.each([
    ['sha256: and another hash', `sha256:${hashOfText(other)}`, 'SHA-256 hash of the document'],
    ['another hash alone', hashOfText(other), 'SHA-256 hash of the document'],
    ['sha256: and upper case', `sha256:${hashOfText(text).toUpperCase()}`, '64 hexadecimal digits in lower case'],
    ['an empty text', '', 'visible ASCII'],
    ['a control character', 'a\u001bb', 'visible ASCII'],
    ['256 characters', 'a'.repeat(256), '1 to 255'],
  ])('reports an ID that is %s', (_case, id, problem) => {
    expect(parseManifest(JSON.stringify({ [id]: text }))).toMatchObject([
      { problem: expect.stringContaining(problem) },
    ]);
  });

  test.each([
    ['is not JSON', '{"a": "query'],
    ['is a list', '[]'],
    ['maps an ID to an object', '{"a": {}}'],
    ['has another format', '{"format": "other", "version": 1, "operations": []}'],
    ['has another version', '{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}'],
    [
      'contains an operation without a body',
      '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a"}]}',
    ],
  ])('refuses a file that %s', (_case, json) => {
    expect(() => parseManifest(json)).toThrow(InvalidManifest);
  });
});

describe('TrustedDocuments', () => {
  function documentOf(clientName: string, id: string, body: string) {
    return { id, text: body, hash: hashOfText(body), clientName, problems: [] };
  }

  test('finds a text of any client by its hash, with and without the prefix', () => {
    const documents = new TrustedDocuments([documentOf('web', 'a1', text)]);

    for (const id of [hashOfText(text), `sha256:${hashOfText(text)}`]) {
      expect(documents.byId(id, null)?.text).toBe(text);
      expect(documents.byId(id, 'mobile')?.text).toBe(text);
    }
    expect(documents.byId(`sha256:${hashOfText(other)}`, 'web')).toBeNull();
  });

  test('finds the text of the named client if two clients use one ID for different texts', () => {
    const documents = new TrustedDocuments([documentOf('web', 'a1', text), documentOf('mobile', 'a1', other)]);

    expect(documents.byId('a1', 'web')?.text).toBe(text);
    expect(documents.byId('a1', 'mobile')?.text).toBe(other);
    expect(documents.byId('a1', null)).toBeNull();
    expect(documents.byId('a1', 'another')).toBeNull();
    expect(documents.ambiguousIds).toEqual(['a1']);
  });

  test('finds no text if one client uses an ID for several texts', () => {
    const documents = new TrustedDocuments([documentOf('web', 'a1', text), documentOf('web', 'a1', other)]);

    expect(documents.byId('a1', 'web')).toBeNull();
    expect(documents.byId('a1', null)).toBeNull();
    expect(documents.byText(other)?.text).toBe(other);
  });

  test('finds an ID that several clients use for the same text', () => {
    const documents = new TrustedDocuments([documentOf('web', 'a1', text), documentOf('mobile', 'a1', text)]);

    expect(documents.byId('a1', null)?.text).toBe(text);
    expect(documents.ambiguousIds).toEqual([]);
  });

  test.each(['__proto__', 'constructor', 'toString'])('does not find %s', (id) => {
    expect(new TrustedDocuments([documentOf('web', 'a1', text)]).byId(id, id)).toBeNull();
  });

  test('does not find a text with an unpaired surrogate by the hash of another text', () => {
    const trusted = 'query A { bank(bankId: "\uFFFD") { id } }';
    const documents = new TrustedDocuments([documentOf('web', 'a1', trusted)]);

    expect(documents.byText(trusted)).not.toBeNull();
    expect(hashOfText(trusted.replace('\uFFFD', '\uD800'))).toBe(hashOfText(trusted));
    expect(documents.byText(trusted.replace('\uFFFD', '\uD800'))).toBeNull();
  });
});

test('a manifest is named by a client and a file', () => {
  expect(manifestFile('web app=/etc/gateway/a=b.json')).toEqual({
    clientName: 'web app',
    file: '/etc/gateway/a=b.json',
  });
  expect(
    ['web=a.json', '=a.json', 'web=', 'a.json', `${'a'.repeat(101)}=a.json`, 'wéb=a.json'].filter(isManifestFile),
  ).toEqual(['web=a.json']);
});
