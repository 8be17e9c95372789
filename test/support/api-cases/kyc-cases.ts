import type { World } from '../every-entity.ts';
import { type ApiCase, anId, badInput, idOfCustomer, listOfCustomer, ofCustomer, readCustomer } from './api-case.ts';

const addCheck = (world: World) => ({
  ...ofCustomer(world),
  input: {
    date: '2024-05-31T09:30:00.000Z',
    how: 'online',
    staffUserId: '67876',
    staffName: 'Simon',
    satisfied: true,
    comments: 'All is well.',
  },
});

const addDocument = (world: World) => ({
  ...ofCustomer(world),
  input: { type: 'passport', number: '83436', issueDate: '2018-03-09', issuePlace: 'Berlin', expiryDate: '2028-03-08' },
});

const addMedia = (world: World) => ({
  ...ofCustomer(world),
  input: {
    type: 'image',
    url: 'https://media.example.com/2.png',
    date: '2024-05-31T09:30:00.000Z',
    relatesToKycDocumentId: world.kycDocumentId,
    relatesToKycCheckId: world.kycCheckId,
  },
});

const addStatus = (world: World) => ({ ...ofCustomer(world), input: { ok: false, date: '2024-05-31T09:30:00.000Z' } });

export const kycCases: Readonly<Record<string, ApiCase>> = {
  addKycCheck: {
    variables: addCheck,
    selection: 'kycCheck { id customerId how satisfied date retraction { date } } customer { id }',
    result: (world) => ({
      kycCheck: {
        id: anId,
        customerId: world.customerId,
        how: 'online',
        satisfied: true,
        date: '2024-05-31T09:30:00.000Z',
        retraction: null,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addCheck, { kycCheckId: 'no id!' }) },
  },
  addKycDocument: {
    variables: addDocument,
    selection: 'kycDocument { id customerId number issueDate expiryDate } customer { id }',
    result: (world) => ({
      kycDocument: {
        id: anId,
        customerId: world.customerId,
        number: '83436',
        issueDate: '2018-03-09',
        expiryDate: '2028-03-08',
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addDocument, { expiryDate: '2018-03-08' }) },
  },
  addKycMedia: {
    variables: addMedia,
    selection: 'kycMedia { id url relatesToKycDocumentId relatesToKycCheckId } customer { id }',
    result: (world) => ({
      kycMedia: {
        id: anId,
        url: 'https://media.example.com/2.png',
        relatesToKycDocumentId: world.kycDocumentId,
        relatesToKycCheckId: world.kycCheckId,
      },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addMedia, { url: 'http://media.example.com/2.png' }) },
  },
  addKycStatus: {
    variables: addStatus,
    selection: 'kycStatus { id customerId ok date } customer { id }',
    result: (world) => ({
      kycStatus: { id: anId, customerId: world.customerId, ok: false, date: '2024-05-31T09:30:00.000Z' },
      customer: idOfCustomer(world),
    }),
    alsoRoles: readCustomer,
    refusals: { 'OBP-10001': badInput(addStatus, { date: 'yesterday' }) },
  },
  getKycChecks: listOfCustomer('kycCheckId satisfied', ({ kycCheckId }) => [{ kycCheckId, satisfied: true }]),
  getKycDocuments: listOfCustomer('kycDocumentId number', ({ kycDocumentId }) => [{ kycDocumentId, number: '123456' }]),
  getKycStatuses: listOfCustomer('id ok', ({ kycStatusId }) => [{ id: kycStatusId, ok: true }]),
  getKycMedia: listOfCustomer('kycMediaId url', ({ kycMediaId }) => [
    { kycMediaId, url: 'https://media.example.com/passport.png' },
  ]),
};
