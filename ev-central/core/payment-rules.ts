// Which gateway takes a payment: the first rule that fits its country, its currency and its user.
import type { UserId } from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';

/** A condition that is null holds for all. */
export type PaymentRule = {
  readonly gateway: string;
  /** ISO 3166-1 alpha-2. A payment whose country is not known fits no rule that names countries. */
  readonly countries: readonly string[] | null;
  readonly currencies: readonly Currency[] | null;
  readonly users: readonly UserId[] | null;
};

/** The name of the gateway, or null: nobody takes it. */
export function chooseGateway(
  rules: readonly PaymentRule[], payment: { country: string | null; currency: Currency; userId: UserId },
): string | null {
  const { country, currency, userId } = payment;
  const fits = rules.find(({ countries, currencies, users }) =>
    (countries === null || (country !== null && countries.includes(country)))
    && (currencies === null || currencies.includes(currency)) && (users === null || users.includes(userId)));
  return fits?.gateway ?? null;
}
