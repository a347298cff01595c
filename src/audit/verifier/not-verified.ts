/** What was looked at is not what it should be: the message says what, and where. */
export class NotVerified extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotVerified';
  }
}
