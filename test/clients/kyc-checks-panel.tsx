import { CombinedGraphQLErrors, gql, type TypedDocumentNode } from '@apollo/client';
import { useQuery } from '@apollo/client/react';

interface Data {
  customer: {
    id: string;
    viewerPermissions: string[];
    kycChecks: { id: string; date: string; how: string }[] | null;
  } | null;
}

interface Variables {
  bankId: string;
  customerId: string;
}

const KycChecks: TypedDocumentNode<Data, Variables> = gql`
  query KycChecks($bankId: ID!, $customerId: ID!) {
    customer(bankId: $bankId, customerId: $customerId) {
      id
      viewerPermissions
      kycChecks {
        id
        date
        how
      }
    }
  }
`;

/** Returns the error that made a field null, by the path of the field in the response. */
export function errorAt(error: unknown, path: string) {
  if (!CombinedGraphQLErrors.is(error)) return undefined;
  return error.errors.find((each) => each.path?.join('.') === path);
}

export function KycChecksPanel(variables: Variables) {
  const { data, error } = useQuery(KycChecks, { variables, errorPolicy: 'all' });
  if (!data?.customer) return <p>{error ? 'The customer is not available.' : 'Loading…'}</p>;
  const { viewerPermissions, kycChecks } = data.customer;
  if (!viewerPermissions.includes('READ_KYC_CHECKS')) return <p>You cannot access KYC checks.</p>;
  if (!kycChecks) {
    const key = errorAt(error, 'customer.kycChecks')?.extensions?.key;
    return <p>{key === 'REASON_REQUIRED' ? 'State a reason first.' : 'The KYC checks are not available.'}</p>;
  }
  return kycChecks.map(({ id, date, how }) => <p key={id}>{`${date}: ${how}`}</p>);
}
