/** Loaded before a server: the process's clock is off by TEST_CLOCK_SKEW_MS. */
const skew = Number(process.env['TEST_CLOCK_SKEW_MS']);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [RealDate.now() + skew] : given));
  }

  static now() {
    return RealDate.now() + skew;
  }
};
