/**
 * The profile UsernameCaseMapped of PRECIS (RFC 8265, section 3.3), by the Unicode tables of the JavaScript engine. npm has no
 * maintained implementation: the only package is for RFC 7564, with the Unicode tables of 2016.
 */

/** All characters with a wide or narrow form, except half-width Hangul letters, which the profile refuses in any form. */
const wideOrNarrow = /[\u3000\uFF01-\uFF9F\uFFE0-\uFFEE]/g;

function mapOnce(text: string): string {
  return text
    .replace(wideOrNarrow, (character) => character.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC');
}

/**
 * Applies the mappings of the profile: width, case, and normalisation. Two usernames are the same if the results are equal.
 * Total, because users of identity providers and of imports can have names that the profile refuses.
 */
export function mapUsername(text: string): string {
  // RFC 8264, section 7: a second pass makes the result stable.
  return mapOnce(mapOnce(text));
}

/** Exceptions (category F of RFC 8264) that are refused, and characters that are valid only in a context. */
const refused =
  /[\u00B7\u0375\u05F3\u05F4\u0640\u07FA\u302E\u302F\u3031-\u3035\u303B\u30FB]|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}/u;
const oldHangulLetters = /[\u1100-\u11FF\uA960-\uA97F\uD7B0-\uD7FF]/u;
const lettersAndDigits = /^[!-~\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Nd}\p{Mn}\p{Mc}]+$/u;

/** Whether all characters belong to the IdentifierClass. Contextual rules are not evaluated, so their characters are refused. */
function isIdentifier(text: string): boolean {
  if (!lettersAndDigits.test(text) || refused.test(text) || oldHangulLetters.test(text)) return false;
  for (const character of text) if (character.normalize('NFKC') !== character.normalize('NFC')) return false;
  return true;
}

/** The blocks of right-to-left scripts, as in DerivedBidiClass.txt. */
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** Whether the directionality rule holds (RFC 5893, section 2): right-to-left letters are never mixed with others. */
function hasOneDirection(text: string): boolean {
  if (!rightToLeft.test(text)) return true;
  const letters = text.match(/\p{L}/gu) ?? [];
  const [first = ''] = text;
  const last = [...text.replace(/\p{Mn}+$/u, '')].at(-1) ?? '';
  const hasBothDigits = /[\u0660-\u0669]/.test(text) && /[0-9\u06F0-\u06F9]/.test(text);
  return (
    !hasBothDigits &&
    letters.every((letter) => rightToLeft.test(letter)) &&
    /\p{L}/u.test(first) &&
    /[\p{L}\p{Nd}]/u.test(last)
  );
}

/** Whether the profile accepts the username. */
export function isUsername(text: string): boolean {
  const mapped = mapUsername(text);
  return isIdentifier(mapped) && hasOneDirection(mapped);
}
