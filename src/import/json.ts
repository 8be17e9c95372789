export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value of a field; `face_image.url` is the field `url` of `face_image`. */
export function valueAt(record: JsonObject, name: string): unknown {
  const point = name.indexOf('.');
  if (point === -1) return Object.hasOwn(record, name) ? record[name] : undefined;
  const inner = record[name.slice(0, point)];
  return isObject(inner) ? valueAt(inner, name.slice(point + 1)) : undefined;
}

/** Whether a field has no value. OBP omits such a field, or writes null or an empty text. */
export function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
