/** The limits of the tags of an address, in inputs and in imports. Stored addresses can exceed them. */
export const maxTags = 20;
export const maxTagLength = 50;
