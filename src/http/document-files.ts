import { readFile, stat } from 'node:fs/promises';
import { setImmediate as endOfTick } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../base/logger.ts';
import {
  InvalidManifest,
  type ManifestDocument,
  maxManifestBytes,
  parseManifest,
} from '../execution/document-manifest.ts';
import type { ManifestFile } from '../execution/document-settings.ts';
import { type TrustedDocument, TrustedDocuments } from '../execution/trusted-documents.ts';
import { checkDocument, type DocumentRules } from '../graph/document-check.ts';

/** The pause between two looks at the files. */
const defaultIntervalMilliseconds = 5_000;

/** The maximum number of log lines about single documents each time that a file is read. */
const maxLoggedDocuments = 100;

export interface DocumentFiles {
  /** The documents of the last valid version of each file. */
  readonly documents: TrustedDocuments;
  /** Reads the files that have changed. */
  refresh(): Promise<void>;
  close(): void;
}

interface DocumentFilesParts {
  manifests: readonly ManifestFile[];
  schema: GraphQLSchema;
  rules: DocumentRules;
  logger: Logger;
  intervalMilliseconds?: number | undefined;
}

interface FileState extends ManifestFile {
  /** Distinguishes the version of the file that was read last. After a failure, it can be the reason. */
  version: string | null;
  documents: readonly TrustedDocument[];
}

/**
 * Reads the manifests of trusted documents, and reads them again when they change. If a file cannot be read, or is not a
 * manifest, its previous documents remain. Changes are found by the status of the file, so that a file can also be replaced
 * by a renamed one, or by the target of another symbolic link.
 */
export async function openDocumentFiles(parts: DocumentFilesParts): Promise<DocumentFiles> {
  const { manifests, schema, rules, logger, intervalMilliseconds = defaultIntervalMilliseconds } = parts;
  const states = manifests.map((file): FileState => ({ ...file, version: null, documents: [] }));
  let documents = new TrustedDocuments();
  let refreshing: Promise<void> | null = null;

  /** Checks those documents that are new. Other work of the process is done between two of them. */
  async function readDocuments({ file, clientName }: ManifestFile): Promise<TrustedDocument[]> {
    const problemsByHash = new Map(
      states.flatMap((state) => state.documents.map((known) => [known.hash, known.problems])),
    );
    const entries = parseManifest(await readFile(file, 'utf8'));
    const refused: (ManifestDocument & { problems: readonly string[] })[] = [];
    const read: TrustedDocument[] = [];
    for (const entry of entries) {
      const { id, text, hash, problem } = entry;
      if (problem !== null) {
        refused.push({ ...entry, problems: [problem] });
        continue;
      }
      let problems = problemsByHash.get(hash);
      if (problems === undefined) {
        ({ problems } = checkDocument(schema, text, rules));
        problemsByHash.set(hash, problems);
        await endOfTick();
      }
      if (problems.length > 0) refused.push({ ...entry, problems });
      read.push({ id, text, hash, clientName, problems });
    }
    logger.info({ clientName, file, documents: entries.length, refused: refused.length }, 'trusted documents read');
    for (const { id, name, problem, problems } of refused.slice(0, maxLoggedDocuments)) {
      const documentId = problem === null ? id : undefined;
      logger.warn({ clientName, name, documentId, problems }, 'trusted document refused');
    }
    return read;
  }

  /** Returns whether the documents of the file were replaced. */
  async function refreshFile(state: FileState): Promise<boolean> {
    const { clientName, file, version: previous } = state;
    try {
      const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true });
      state.version = [dev, ino, size, mtimeNs].join();
      if (state.version === previous) return false;
      if (size > maxManifestBytes) throw new InvalidManifest(`The file must have at most ${maxManifestBytes} bytes.`);
      state.documents = await readDocuments(state);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = error instanceof InvalidManifest ? error.message : `The file cannot be read (${code}).`;
      if (!(error instanceof InvalidManifest)) state.version = reason;
      if (state.version !== previous) logger.error({ clientName, file, reason }, 'trusted documents not read');
      return false;
    }
  }

  async function refreshAll(): Promise<void> {
    let hasChanged = false;
    for (const state of states) hasChanged = (await refreshFile(state)) || hasChanged;
    if (!hasChanged) return;
    documents = new TrustedDocuments(states.flatMap((state) => state.documents));
    for (const documentId of documents.ambiguousIds.slice(0, maxLoggedDocuments)) {
      logger.warn({ documentId }, 'document ID is ambiguous');
    }
  }

  function refresh(): Promise<void> {
    refreshing ??= refreshAll().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  await refresh();
  const timer = states.length === 0 ? undefined : setInterval(refresh, intervalMilliseconds).unref();
  return {
    get documents() {
      return documents;
    },
    refresh,
    close: () => clearInterval(timer),
  };
}
