// Shows times in the reader's own time zone and manner.
(() => {
  const form = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  for (const time of document.querySelectorAll('time[datetime]')) {
    time.title = time.textContent;
    time.textContent = form.format(new Date(time.dateTime));
  }
})();
