// The log-in form: shown while the client says that a log-in is needed, with the reason of the last refusal.
import { formDialog } from '../../shared/screen/form.ts';
import type { Dialog, Host } from '../../shared/screen/host.ts';
import { DRIVER_LABELS } from './labels.ts';
import type { DriverActions, DriverScreenView } from './view.ts';

const L = DRIVER_LABELS.login;

/** Returns what is to be called with every snapshot: it opens and closes the form as the client's state wants it. */
export function loginForm(actions: DriverActions): (host: Host<DriverScreenView>, view: DriverScreenView) => void {
  let form: Dialog | null = null;
  /** The snapshot in which the user submitted: only a later one tells what became of it. */
  let submittedIn: DriverScreenView | null = null;
  let pending = false;
  const submit = (host: Host<DriverScreenView>, driverId: string, password: string, code: string): void => {
    form = null;
    submittedIn = host.view();
    pending = true;
    host.run(() => actions.login(driverId, password, code === '' ? null : code), () => {
      pending = false;
    });
  };
  return (host, view) => {
    if (view.login.state !== 'needed') {
      if (form !== null) host.close(form);
      form = null;
      return;
    }
    if (form !== null || pending || view === submittedIn) return;
    form = formDialog(host, {
      title: L.title,
      fields: [
        { kind: 'text', name: 'id', label: L.id, value: view.suggestedDriverId, maxLength: 64 },
        { kind: 'text', name: 'password', label: L.password, masked: true, maxLength: 200 },
        { kind: 'text', name: 'code', label: L.code, maxLength: 40 },
      ],
      focus: view.suggestedDriverId === '' ? 0 : 1,
      submit: L.submit,
      notice: () => (host.view().login.text === '' ? null : host.view().login.text),
      onSubmit(values) {
        const driverId = (values['id'] ?? '').trim();
        if (driverId === '') return L.idWrong;
        if ((values['password'] ?? '') === '') return L.passwordWrong;
        submit(host, driverId, values['password'] ?? '', (values['code'] ?? '').trim());
        return null;
      },
      onCancel: () => host.quit(),
    });
    host.open(form);
  };
}
