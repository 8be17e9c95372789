import { hashOfText, type ManifestDocument, statedHash } from './document-manifest.ts';

/** A document of a manifest. */
export interface TrustedDocument extends Pick<ManifestDocument, 'id' | 'text' | 'hash'> {
  /** The name of the client to which the manifest belongs. */
  clientName: string;
  /** Why the document cannot be executed. Empty if it can. */
  problems: readonly string[];
}

/** The documents of all manifests, by ID and by text. */
export class TrustedDocuments {
  readonly #byHash = new Map<string, TrustedDocument>();
  /** The documents by the name of the client and the ID. Null if the ID is ambiguous. */
  readonly #byClient = new Map<string, Map<string, TrustedDocument | null>>();
  readonly #byId = new Map<string, TrustedDocument | null>();

  constructor(documents: Iterable<TrustedDocument> = []) {
    for (const document of documents) {
      const { id, hash, clientName } = document;
      if (!this.#byHash.has(hash)) this.#byHash.set(hash, document);
      if (statedHash(id) !== null) continue;
      let ofClient = this.#byClient.get(clientName);
      if (ofClient === undefined) {
        ofClient = new Map();
        this.#byClient.set(clientName, ofClient);
      }
      for (const documentsById of [ofClient, this.#byId]) add(documentsById, document);
    }
  }

  /**
   * Returns the document with this ID, or null. An ID that states a hash identifies the text of any manifest. Another ID
   * belongs to the manifests of the client that the request names. If those lack it, it must have one text in all manifests.
   */
  byId(id: string, clientName: string | null): TrustedDocument | null {
    const hash = statedHash(id);
    if (hash !== null) return this.#byHash.get(hash) ?? null;
    const ofClient = this.#byClient.get(clientName ?? '');
    return (ofClient?.has(id) ? ofClient : this.#byId).get(id) ?? null;
  }

  /** Returns the document with this text, or null. */
  byText(text: string): TrustedDocument | null {
    const document = this.#byHash.get(hashOfText(text));
    // Texts with unpaired surrogates have the hash of another text.
    return document?.text === text ? document : null;
  }

  /** The IDs that have several texts. */
  get ambiguousIds(): string[] {
    return [...this.#byId].flatMap(([id, document]) => (document === null ? [id] : []));
  }
}

function add(documents: Map<string, TrustedDocument | null>, document: TrustedDocument): void {
  const present = documents.get(document.id);
  if (present === undefined) documents.set(document.id, document);
  else if (present?.hash !== document.hash) documents.set(document.id, null);
}
