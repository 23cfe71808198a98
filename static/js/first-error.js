// After a form came back, the first field to mend has the focus.
document.querySelector('main [aria-invalid="true"]')?.focus();
