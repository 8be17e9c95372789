/** Characters that people write into identifiers, or leave out. */
export const separators: readonly string[] = [' ', '-', '.', '/', '(', ')', '+'];

/**
 * The text without separators, with ASCII letters in upper case, which both databases can compute (`src/database/compact-column.ts`).
 */
export function compactText(text: string): string {
  return separators
    .reduce((rest, separator) => rest.replaceAll(separator, ''), text)
    .replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** The compact texts of an identifier in any letter case. */
export function compactForms(text: string): string[] {
  return [...new Set([text, text.toUpperCase(), text.toLowerCase()].map(compactText))];
}
