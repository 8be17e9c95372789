import type { AccountAttributeRow } from '../../domain/account/account-attribute.table.ts';
import { AttributeType } from '../../domain/attribute/attribute-type.ts';
import type { UserRow } from '../../domain/user/user.table.ts';
import { branchIds, type Profile, writtenAt } from './profile.ts';
import { daysAfter, localDate } from './random.ts';
import type { GeneratedCustomer } from './rows.ts';

type GeneratedAccounts = Pick<
  GeneratedCustomer,
  'accounts' | 'accountRoutings' | 'accountHolders' | 'accountAttributes' | 'customerAccountLinks'
>;

/** Generates an IBAN with the check digits of ISO 13616, so that other programs of a bank accept it. */
export function iban(countryCode: string, bankAndAccount: string): string {
  const digits = Array.from(`${bankAndAccount}${countryCode}00`, (character) => Number.parseInt(character, 36)).join(
    '',
  );
  const check = 98n - (BigInt(digits) % 97n);
  return `${countryCode}${String(check).padStart(2, '0')}${bankAndAccount}`;
}

/** Generates a current account with a contract and, for some customers, a savings account. */
export function generateAccounts(profile: Profile, holder: UserRow | null, branchId: string | null): GeneratedAccounts {
  const { random, country, bankId, createdAt } = profile;
  const generated: Omit<GeneratedAccounts, 'accounts'> = {
    accountRoutings: [],
    accountHolders: [],
    accountAttributes: [],
    customerAccountLinks: [],
  };
  const accounts = random.times(1, 2, (position) => {
    const accountId = random.uuid();
    const ofAccount = { bankId, accountId };
    const isCurrent = position === 0;
    const productCode = isCurrent ? 'CURRENT' : 'SAVINGS';
    // Two numbers for each customer, so that the accounts of a bank have different numbers.
    const number = String(10_000_001 + profile.index * 2 + position).padStart(country.iban.accountDigits, '0');
    generated.accountRoutings.push(
      { ...ofAccount, scheme: 'AccountNumber', address: number, createdAt },
      { ...ofAccount, scheme: 'IBAN', address: iban(country.code, country.iban.bank + number), createdAt },
    );
    if (holder !== null) generated.accountHolders.push({ ...ofAccount, userId: holder.id, createdAt });
    generated.customerAccountLinks.push({
      id: random.uuid(),
      ...profile.ofCustomer,
      accountId,
      relationshipType: 'Owner',
      ...writtenAt(createdAt),
      version: 1,
    });
    generated.accountAttributes.push(...generateAccountAttributes(profile, { ...ofAccount, productCode }, isCurrent));
    return {
      id: accountId,
      bankId,
      label: isCurrent ? 'Current account' : 'Savings account',
      number,
      productCode,
      balanceCurrency: country.currency,
      balanceAmount: `${random.integer(0, 20_000)}.${random.faker.string.numeric(2)}`,
      branchId,
      ...writtenAt(createdAt),
      version: 1,
    };
  });
  return { accounts, ...generated };
}

function generateAccountAttributes(
  { random, customerNumber, createdAt, laterTime }: Profile,
  ofAccount: Pick<AccountAttributeRow, 'bankId' | 'accountId' | 'productCode'>,
  hasContract: boolean,
): AccountAttributeRow[] {
  const { oneOf, integer } = random;
  const attribute = (
    name: string,
    type: AttributeType,
    value: string,
    contractCode: string | null = null,
  ): AccountAttributeRow => ({
    id: random.uuid(),
    ...ofAccount,
    contractCode,
    name,
    type,
    value,
    ...writtenAt(createdAt),
    version: 1,
  });
  // OBP finds the accounts of a customer's overview by this attribute.
  const attributes = [attribute('customer_number', AttributeType.STRING, customerNumber)];
  if (!hasContract) return attributes;
  const term = oneOf([12, 24, 36, 60]);
  const opening = laterTime();
  const contract = (name: string, type: AttributeType, value: string) => {
    attributes.push(attribute(name, type, value, `C${customerNumber}-1`));
  };
  contract('product_description', AttributeType.STRING, `Instalment credit of ${term} months`);
  contract('issuance_amount', AttributeType.DOUBLE, `${integer(5, 50) * 100}.00`);
  contract('interest_rate', AttributeType.DOUBLE, oneOf(['1.9', '2.45', '3.75', '5.2']));
  contract('term', AttributeType.INTEGER, String(term));
  contract('payment_method', AttributeType.STRING, oneOf(['direct debit', 'standing order']));
  contract('branch_code', AttributeType.STRING, oneOf(branchIds));
  contract('opening_date', AttributeType.DATE_WITH_DAY, localDate(opening));
  contract('maturity_date', AttributeType.DATE_WITH_DAY, localDate(daysAfter(opening, term * 30)));
  return attributes;
}
