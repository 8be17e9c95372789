import { derivedColumns } from '../../domain/customer/customer.rules.ts';
import { CustomerType } from '../../domain/customer/customer-type.ts';
import type { CustomerLinkRow } from '../../domain/customer-link/customer-link.table.ts';
import { CustomerRelationship } from '../../domain/customer-link/customer-relationship.ts';
import type { GeneratedBank } from './bank.ts';
import { idOfCustomer, type Profile, writtenAt } from './profile.ts';
import { daysAfter, localDate } from './random.ts';
import type { GeneratedCustomer } from './rows.ts';

/** Every twentieth customer of a bank is a company. The customers before it are persons. */
const companyInterval = 20;
const positionOfCompany = 9;

function isCompany(index: number): boolean {
  return index % companyInterval === positionOfCompany;
}

type CustomerColumns = GeneratedCustomer['customers'][number];

/** Makes some customers companies. Drawn last, so that the values of the other rows do not depend on it. */
export function generateCompany({ index, random, lastName }: Profile, customer: CustomerColumns): CustomerColumns {
  if (!isCompany(index)) return customer;
  const { createdAt } = customer;
  const legalForm = random.oneOf(['Ltd', 'GmbH', 'B.V.']);
  const legalName = `${lastName} & Co. ${legalForm}`;
  return {
    ...customer,
    legalName,
    ...derivedColumns({ ...customer, legalName }),
    customerType: CustomerType.CORPORATE,
    registrationNumber: random.faker.string.numeric(8),
    incorporationDate: localDate(daysAfter(createdAt, -random.integer(30, 9000))),
    legalForm,
    dateOfBirth: null,
    relationshipStatus: null,
    dependants: null,
    dobOfDependants: [],
    highestEducationAttained: null,
    employmentStatus: null,
    title: null,
    nameSuffix: null,
  };
}

/** Links a company to the two persons before it, and to the company before it. */
export function generateCustomerLinks(
  bank: GeneratedBank,
  { index, random, ofCustomer, createdAt }: Profile,
): CustomerLinkRow[] {
  if (!isCompany(index)) return [];
  const link = (before: number, relationshipTo: CustomerRelationship, percentage: string | null): CustomerLinkRow => ({
    id: random.uuid(),
    ...ofCustomer,
    linkedCustomerId: idOfCustomer(bank, index - before),
    relationshipTo,
    percentage,
    ...writtenAt(createdAt),
    version: 1,
  });
  const links = [
    link(1, CustomerRelationship.BENEFICIAL_OWNER, String(random.integer(26, 100))),
    link(2, CustomerRelationship.DIRECTOR, null),
  ];
  if (index > companyInterval && random.chance(0.2)) {
    links.push(link(companyInterval, CustomerRelationship.PARENT, null));
  }
  return links;
}
