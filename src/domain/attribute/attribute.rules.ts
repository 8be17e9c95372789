/** What of a value the index on `customer_attribute.value_search` holds: its first 100 characters. */
export function attributeSearchValue(value: string): string {
  return value.length <= 100 ? value : Array.from(value).slice(0, 100).join('');
}
