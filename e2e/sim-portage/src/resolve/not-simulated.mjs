/**
 * What the simulated Portage does not decide. It says so and ends, since a wrong list would be worse than none; such situations
 * are replayed from output of the real Portage.
 */
export class NotSimulated extends Error {
  /** @param {string} what in the plural: `blockers` */
  constructor(what, where) {
    super(`simulated Portage: ${what} are not simulated (${where}); use the real Portage for this situation`);
    this.name = 'NotSimulated';
  }
}
