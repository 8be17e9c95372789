import { type GatewayError, requestError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { LruCache } from '../base/lru-cache.ts';
import { type RuleArguments, type RuleName, valueRule } from '../base/value-rules.ts';
import { hashOfText, statedHash } from '../execution/document-manifest.ts';
import type { DocumentSettings } from '../execution/document-settings.ts';
import type { DocumentFiles } from './document-files.ts';

/** The number of unknown IDs and untrusted texts that are logged only once. */
const maxLogged = 1_000;

type Fields = Readonly<Record<string, unknown>>;

export interface DocumentRequest {
  body: unknown;
  requestId: string;
  /** The name that the client sent. */
  clientName: string | null;
}

export interface ResolvedRequest {
  /** The body with the text of the document in `query`, without its ID. */
  body: unknown;
  /** The ID of the trusted document. Null if the document is not trusted, or need not be. */
  documentId: string | null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid<Name extends RuleName>(field: string, name: Name, ...parameters: RuleArguments<Name>): GatewayError {
  return requestError('OBP-10001', { field, rule: valueRule(name, ...parameters) });
}

/** The ID of a document, and the member of the body that contains it. */
interface StatedId {
  id: string;
  form: 'documentId' | 'persistedQuery';
}

/** Returns the ID in `documentId` or in `extensions.persistedQuery`, in the form of Apollo. Null if the request has none. */
function statedId({ query, documentId, extensions }: Fields): StatedId | null {
  const persistedQuery = isFields(extensions) ? (extensions.persistedQuery ?? null) : null;
  if (persistedQuery === null) {
    if (documentId === null || documentId === undefined) return null;
    if (typeof documentId !== 'string') throw invalid('documentId', 'STRING');
    if (query) throw invalid('documentId', 'OMITTED_WITH', { otherField: 'query' });
    return { id: documentId, form: 'documentId' };
  }
  const hash = isFields(persistedQuery) && persistedQuery.version === 1 ? persistedQuery.sha256Hash : null;
  const field = 'extensions.persistedQuery';
  if (typeof hash !== 'string') throw invalid(field, 'PERSISTED_QUERY');
  if (documentId) throw invalid('documentId', 'OMITTED_WITH', { otherField: field });
  if (!query) return { id: hash, form: 'persistedQuery' };
  // A client whose hash was unknown sends both. The document is not registered.
  if (typeof query === 'string' && statedHash(hash) === hashOfText(query)) return null;
  throw invalid(`${field}.sha256Hash`, 'HASH_OF_QUERY');
}

function withText({ documentId: _documentId, ...body }: Fields, text: unknown): Fields {
  // Apollo Server refuses extensions of another form.
  if (!isFields(body.extensions)) return { ...body, query: text };
  const { persistedQuery: _persistedQuery, ...extensions } = body.extensions;
  return { ...body, query: text, extensions };
}

/** Replaces the IDs of trusted documents by their texts, and refuses or logs texts that are not trusted, before they are parsed. */
export class DocumentRequests {
  readonly #settings: DocumentSettings;
  readonly #files: Pick<DocumentFiles, 'documents'>;
  readonly #logger: Logger;
  readonly #logged = new LruCache<string, true>(maxLogged);

  constructor(settings: DocumentSettings, files: Pick<DocumentFiles, 'documents'>, logger: Logger) {
    this.#settings = settings;
    this.#files = files;
    this.#logger = logger;
  }

  /** @throws OBP-10001, DOCUMENT_NOT_FOUND, DOCUMENT_INVALID, DOCUMENT_NOT_TRUSTED, PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED */
  resolve(request: DocumentRequest): ResolvedRequest {
    const { body, clientName } = request;
    // Apollo Server refuses other bodies than objects.
    if (!isFields(body)) return { body, documentId: null };
    const { documents } = this.#files;
    const stated = statedId(body);
    if (stated !== null) {
      const document = documents.byId(stated.id, clientName);
      if (document === null) throw this.#notFound(stated, request);
      if (document.problems.length > 0) throw requestError('DOCUMENT_INVALID');
      return { body: withText(body, document.text), documentId: document.id };
    }
    const { query } = body;
    if (typeof query !== 'string' || this.#settings.mode === 'off')
      return { body: withText(body, query), documentId: null };
    const document = documents.byText(query);
    if (document === null) this.#onUntrusted(query, request);
    return { body: withText(body, query), documentId: document?.id ?? null };
  }

  /**
   * The error for an unknown ID. Clients that use Apollo's form send the text after the errors that are named after persisted queries,
   * so they receive them unless texts are refused.
   */
  #notFound({ id, form }: StatedId, request: DocumentRequest): GatewayError {
    const { manifests, mode } = this.#settings;
    if (form === 'persistedQuery' && manifests.length === 0) return requestError('PERSISTED_QUERY_NOT_SUPPORTED');
    // The form of IDs, because a client can send any text.
    if (/^[\w.~:-]{1,255}$/.test(id)) this.#logOnce(id, 'unknown document', request, { documentId: id });
    const isTextExecuted = form === 'persistedQuery' && mode !== 'only';
    return requestError(isTextExecuted ? 'PERSISTED_QUERY_NOT_FOUND' : 'DOCUMENT_NOT_FOUND');
  }

  #onUntrusted(text: string, request: DocumentRequest): void {
    const operationHash = hashOfText(text);
    const { operationName } = request.body as Fields;
    const name = typeof operationName === 'string' ? operationName.slice(0, 100) : undefined;
    this.#logOnce(operationHash, 'untrusted document', request, { operationHash, operationName: name });
    if (this.#settings.mode === 'only') throw requestError('DOCUMENT_NOT_TRUSTED');
  }

  #logOnce(key: string, message: string, { requestId, clientName }: DocumentRequest, document: Fields): void {
    if (this.#logged.get(key) !== undefined) return;
    this.#logged.set(key, true);
    this.#logger.warn({ requestId, clientName, ...document }, message);
  }
}
