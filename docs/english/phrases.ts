/** The phrases that the project's texts avoid, each with its remedy. */

/** A pattern to search for, and what to write instead. */
export interface Phrase {
  readonly pattern: RegExp;
  readonly remedy: string;
  /** Whether the pattern applies to test titles only. */
  readonly titlesOnly?: boolean;
}

const sentenceStart = String.raw`(?:^|[.!?]['")\]*_]*\s)[\s'"(\[*_]*`;

export const phrases: readonly Phrase[] = [
  {
    pattern: /\bwho\s+(?:is|has)\b/gi,
    remedy: 'name the person: the caller, a linked user, an account holder, an officer, an operator',
  },
  {
    pattern: /\b(?:whoever|nobody|somebody)\b/gi,
    remedy: 'name the role, and negate the verb instead of the person',
  },
  {
    pattern: new RegExp(
      String.raw`${sentenceStart}(?:What|That|Of|By|For)\b(?!\s+(?:example|instance|details|default)\b)`,
      'g',
    ),
    remedy: 'start the sentence with its subject, or with a condition (If, When, Unless)',
  },
  {
    pattern: /^\s*(?:what|that|of|by|for)\b/gi,
    remedy: 'make the title of `describe` a noun phrase, and the title of `test` a predicate',
    titlesOnly: true,
  },
  {
    pattern: /\b(?:gives?|given)\b/gi,
    remedy: 'return, grant, pass, state or provide',
  },
  {
    pattern: /\b(?:told|tells)\b/gi,
    remedy: 'report, return, show, contain or log',
  },
  {
    pattern: /\b(?<!\bthere\s+)(?:is|are)\s+no\b(?!\s+longer)|\b(?<!\bthere\s+)is\s+none\b/gi,
    remedy: 'state the rule that the value must meet, or negate the verb',
  },
  {
    pattern: /\bleft\s+out\b/gi,
    remedy: 'omitted',
  },
  {
    pattern: /\bis\s+to\s+be\b/gi,
    remedy: 'must be, or will be',
  },
  {
    pattern: /\bmay\b/g,
    remedy: 'can (possible or allowed), must (a requirement) or might (a chance)',
  },
  {
    pattern: /\bMay(?=\s+[a-z])/g,
    remedy: 'can (possible or allowed), must (a requirement) or might (a chance)',
  },
  {
    pattern: /\bbesides?\b/gi,
    remedy: 'next to, compared with, in addition to or also',
  },
  {
    pattern: /\b(?:anew|nevertheless|all\s+the\s+same)\b/gi,
    remedy: 'again, but, or still',
  },
  {
    pattern: /\bturns?\b(?!\s+o(?:n|ff)\b)/gi,
    remedy: 'a tick of the event loop, or a slot of a queue',
  },
  {
    pattern: /\bmoments?\b/gi,
    remedy: 'a time, or the event that happens at that time',
  },
  {
    pattern: /\be-mails?\b/gi,
    remedy: 'email',
  },
  {
    pattern: /’/g,
    remedy: "the straight apostrophe '",
  },
];
