/** Whether texts that no manifest contains are executed, executed and logged, or refused. */
export const documentModes = ['off', 'log', 'only'] as const;

/** A file with the documents of a client. */
export interface ManifestFile {
  readonly clientName: string;
  readonly file: string;
}

export interface DocumentSettings {
  readonly mode: (typeof documentModes)[number];
  /** A client can have several files, such as one for each of its versions. */
  readonly manifests: readonly ManifestFile[];
}

/** Whether the text has the form `name=file`. */
export function isManifestFile(item: string): boolean {
  return /^[\x20-\x3C\x3E-\x7E]{1,100}=./.test(item);
}

/** Parses a text that `isManifestFile` accepts. */
export function manifestFile(item: string): ManifestFile {
  const end = item.indexOf('=');
  return Object.freeze({ clientName: item.slice(0, end), file: item.slice(end + 1) });
}
