/** Where the API begins; a change that breaks callers gets another number. */
export const API = 'api/v1';
