// Shows times in the reader's time zone and format.
const showTimes = (() => {
  const form = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (root) => {
    for (const time of root.querySelectorAll('time[datetime]:not([title])')) {
      time.title = time.textContent;
      time.textContent = form.format(new Date(time.dateTime));
    }
  };
})();
showTimes(document);
