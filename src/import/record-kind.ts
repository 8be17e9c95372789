export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What one record of a file is. */
export type RecordKind =
  | 'bank'
  | 'user'
  | 'customer'
  | 'correlatedEntity'
  | 'account'
  | 'customerAccountLink'
  | 'userCustomerLink'
  | 'customerAddress'
  | 'customerAttribute'
  | 'attributeDefinition'
  | 'socialMediaHandle'
  | 'taxResidence'
  | 'kycCheck'
  | 'kycDocument'
  | 'kycMedia'
  | 'kycStatus'
  | 'meeting'
  | 'customerMessage'
  | 'crmEvent'
  /** Recognised, but it holds nothing: the ids of a customer, `{"success": …}`, or a pattern to search by. */
  | 'nothing';

/** What the elements of a list are, by OBP's name of the list. The others are recognised one by one. */
const kindOfSection: Record<string, RecordKind | 'recognised'> = {
  banks: 'bank',
  users: 'user',
  customers: 'recognised',
  correlated_entities: 'correlatedEntity',
  accounts: 'account',
  links: 'customerAccountLink',
  user_customer_links: 'userCustomerLink',
  addresses: 'customerAddress',
  customer_attributes: 'customerAttribute',
  attributes: 'recognised',
  social_media_handles: 'socialMediaHandle',
  tax_residence: 'taxResidence',
  tax_residences: 'taxResidence',
  checks: 'recognised',
  documents: 'kycDocument',
  medias: 'kycMedia',
  statuses: 'kycStatus',
  meetings: 'meeting',
  messages: 'customerMessage',
  crm_events: 'crmEvent',
};

/** What a single object is, by the keys that only such an object has; null when it is nothing that is known. */
export function recognise(record: JsonObject): RecordKind | null {
  const has = (...keys: string[]) => keys.every((key) => Object.hasOwn(record, key));
  if (isObject(record.customer) && Array.isArray(record.users)) return 'correlatedEntity';
  if (has('legal_name')) return 'customer';
  if (has('customer_address_id') || has('line_1', 'postcode')) return 'customerAddress';
  if (has('attribute_definition_id') || has('can_be_seen_on_views')) return 'attributeDefinition';
  if (has('customer_attribute_id') || has('name', 'type', 'value')) return 'customerAttribute';
  if (has('customer_account_link_id') || has('relationship_type')) return 'customerAccountLink';
  if (has('user_customer_link_id') || has('user_id', 'customer_id')) return 'userCustomerLink';
  if (has('tax_residence_id') || has('tax_number')) return 'taxResidence';
  if (has('handle')) return 'socialMediaHandle';
  if (has('meeting_id') || has('provider_id', 'purpose_id')) return 'meeting';
  if (has('from_department') || has('from_person')) return 'customerMessage';
  if (has('satisfied') || has('how')) return 'kycCheck';
  if (has('relates_to_kyc_document_id') || has('relates_to_kyc_check_id')) return 'kycMedia';
  if (has('issue_place') || has('issue_date') || has('expiry_date')) return 'kycDocument';
  if (has('ok', 'date')) return 'kycStatus';
  if (has('actual_date') || has('scheduled_date') || has('category', 'channel')) return 'crmEvent';
  if (has('account_routing') || has('account_routings') || has('IBAN') || has('balance')) return 'account';
  if (has('username') || has('user_name')) return 'user';
  if (has('full_name') || has('short_name')) return 'bank';
  const keys = Object.keys(record);
  if (keys.length > 0 && keys.every((key) => key === 'bank_id' || key === 'customer_id')) return 'nothing';
  return keys.length === 1 && (has('success') || has('customer_phone_number')) ? 'nothing' : null;
}

/** What an element of a list is; null when it is nothing that is known. */
export function kindOf(record: JsonObject, section: string | null): RecordKind | null {
  const kind = section !== null && isKnownSection(section) ? kindOfSection[section] : 'recognised';
  if (kind !== undefined && kind !== 'recognised') return kind;
  const recognised = recognise(record);
  // A customer without its name is missed by that name, rather than as a thing that is not known.
  return recognised === null && section === 'customers' ? 'customer' : recognised;
}

/** Whether lists of this name are imported. */
export function isKnownSection(section: string): boolean {
  return Object.hasOwn(kindOfSection, section);
}

/** Whether an object is no record, but holds lists of them: OBP's list responses, and its sandbox import. */
export function isListOfRecords(value: unknown): boolean {
  if (!isObject(value) || recognise(value) !== null) return false;
  return Object.entries(value).some(([key, member]) => isKnownSection(key) && Array.isArray(member));
}
