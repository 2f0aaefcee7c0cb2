// The file of `--issuer`: who issues the invoices. What is wrong with it is said by its field.
import { Failure } from '../shared/failure.ts';
import { readJsonFile } from '../shared/json-file.ts';
import { issuerSchema, type Issuer } from '../shared/messages/invoice.ts';

/** Null when no file was named. Throws `Failure('bad-configuration')`. */
export function readIssuer(file: string | null): Issuer | null {
  if (file === null) return null;
  const parsed = issuerSchema.safeParse(readJsonFile(file, 'the issuer file'));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new Failure('bad-configuration', `the issuer file ${file} is not right: ${issues.join('; ')}`);
}
