import type { AccountRow } from './account.table.ts';
import type { AccountAttributeRow } from './account-attribute.table.ts';
import type { Contract } from './contract.type.ts';

type Detail = Pick<AccountAttributeRow, 'productCode' | 'contractCode' | 'name' | 'value'>;

/** The name of a detail in a comparable form: lower case, with underscores instead of spaces. */
function written(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, '_');
}

/**
 * The contracts of an account: one for each contract code of its attributes, with the details from the attributes of this code. If
 * several of them have the same name, the first one is used.
 */
export function contractsOf(account: Pick<AccountRow, 'productCode'>, attributes: readonly Detail[]): Contract[] {
  const contracts = new Map<string, Detail[]>();
  for (const attribute of attributes) {
    const { contractCode } = attribute;
    if (contractCode === null || contractCode.trim() === '') continue;
    const details = contracts.get(contractCode);
    if (details === undefined) contracts.set(contractCode, [attribute]);
    else details.push(attribute);
  }
  return [...contracts].map(([contractCode, details]) => toContract(account, contractCode, details));
}

function toContract(
  { productCode }: Pick<AccountRow, 'productCode'>,
  contractCode: string,
  details: Detail[],
): Contract {
  const values = new Map<string, string>();
  for (const { name, value } of details) {
    const key = written(name);
    if (!values.has(key)) values.set(key, value);
  }
  const valueNamed = (name: string) => values.get(name) ?? null;
  return {
    productCode: details.find((detail) => detail.productCode !== null)?.productCode ?? productCode,
    contractCode,
    productDescription: valueNamed('product_description'),
    issuanceAmount: valueNamed('issuance_amount'),
    interestRate: valueNamed('interest_rate'),
    term: valueNamed('term'),
    formOfPayment: valueNamed('form_of_payment'),
    interestAmount: valueNamed('interest_amount'),
    branchCode: valueNamed('branch_code'),
    paymentMethod: valueNamed('payment_method'),
    openingDate: valueNamed('opening_date'),
    maturityDate: valueNamed('maturity_date'),
    renewalDate: valueNamed('renewal_date'),
    cancellationDate: valueNamed('cancellation_date'),
    instrumentStatusCode: valueNamed('instrument_status_code'),
    instrumentStatusDefinition: valueNamed('instrument_status_definition'),
    isSubstituted: valueNamed('is_substituted'),
  };
}
