const retraction = { retractedAt: 'retraction', retractedByUserId: 'retraction', retractionReason: 'retraction' };
const evidence = { ...retraction, recordedByUserId: 'recordedBy' };

/** The fields that show columns of other names, by the types of the rows. */
const fieldsOfColumns: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: { balanceCurrency: 'balance', balanceAmount: 'balance' },
  CrmEvent: { closedByUserId: 'closedBy' },
  Customer: {
    faceImageUrl: 'faceImage',
    faceImageDate: 'faceImage',
    creditSource: 'creditRating',
    creditLimitCurrency: 'creditLimit',
    creditLimitAmount: 'creditLimit',
    closingReason: 'closing',
    closedByUserId: 'closing',
    closedAt: 'closing',
  },
  KycCheck: evidence,
  KycDocument: evidence,
  KycMedia: evidence,
  KycStatus: { ...evidence, proposalId: 'proposal' },
  LegalHold: { setByUserId: 'setBy', liftedByUserId: 'liftedBy' },
  Meeting: {
    sessionId: 'keys',
    creatorName: 'creator',
    creatorMobilePhone: 'creator',
    creatorEmailAddress: 'creator',
    staffUserId: 'present',
    customerUserId: 'present',
  },
  MeetingInvitee: { name: 'contactDetails', mobilePhone: 'contactDetails', emailAddress: 'contactDetails' },
};

/** The name of the field that shows a column, if one does. Its access rule decides who learns of a change of the column. */
export function fieldOfColumn(typeName: string, column: string): string {
  return fieldsOfColumns[typeName]?.[column] ?? column;
}
