import type { GraphQLSchema } from 'graphql';
import { InvalidManifest, type ManifestDocument, parseManifest } from '../execution/document-manifest.ts';
import { guardedFields } from '../graph/access/document-access.ts';
import { checkDocument, type DocumentRules } from '../graph/document-check.ts';

export interface DocumentReport {
  isValid: boolean;
  lines: string[];
}

interface ReportRules extends DocumentRules {
  schema: GraphQLSchema;
}

/** Checks each document of a manifest as the server does. @throws InvalidManifest */
export function checkManifest(file: string, json: string, rules: ReportRules): DocumentReport[] {
  const documents = documentsOf(file, json);
  const hashes = new Map<string, Set<string>>();
  for (const { id, hash } of documents) hashes.set(id, (hashes.get(id) ?? new Set()).add(hash));
  return documents.map((document) => {
    const isAmbiguous = (hashes.get(document.id)?.size ?? 0) > 1;
    return reportOf(document, isAmbiguous ? 'Several documents have this ID.' : document.problem, rules);
  });
}

function documentsOf(file: string, json: string): ManifestDocument[] {
  try {
    return parseManifest(json);
  } catch (error) {
    throw error instanceof InvalidManifest ? new InvalidManifest(`${file}: ${error.message}`) : error;
  }
}

function reportOf(
  { id, name, text }: ManifestDocument,
  problemOfId: string | null,
  { schema, ...rules }: ReportRules,
): DocumentReport {
  const { document, operations, problems } = checkDocument(schema, text, rules);
  const allProblems = problemOfId === null ? problems : [problemOfId, ...problems];
  if (document === null || allProblems.length > 0) {
    const lines = [`${name ?? 'Unnamed'} (${id}): refused`, ...allProblems.map((problem) => `  ${problem}`)];
    return { isValid: false, lines: lines.map(printable) };
  }
  const lines = operations.flatMap(({ name: operationName, node, listCost, maxListCost }) => {
    const cost = `list cost ${formatted(listCost)}`;
    const largest = maxListCost === listCost ? '' : `, ${formatted(maxListCost)} with the largest pages`;
    const isTooCostly = maxListCost > rules.limits.maxListCost;
    const limit = isTooCostly ? ` (limit ${formatted(rules.limits.maxListCost)})` : '';
    const fields = guardedFields(schema, document, node);
    return [
      `${operationName ?? 'Unnamed'} (${id}): valid, ${cost}${largest}${limit}`,
      ...fields.map(({ coordinate, requirement }) => `  ${coordinate}: ${requirement}`),
    ];
  });
  return { isValid: true, lines: lines.map(printable) };
}

function formatted(cost: number): string {
  return cost.toLocaleString('en');
}

/** Replaces control characters, which a terminal would execute. */
function printable(line: string): string {
  return line.replace(/\s/g, ' ').replace(/[^\x20-\x7E]/g, '?');
}
