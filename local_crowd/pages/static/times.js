// Shows times in the reader's time zone and format.
const showTimes = (() => {
  const { lang } = document.documentElement;
  // The browser's variant of the page's language, such as en-GB, writes times as its reader does.
  const own = navigator.languages.find((tag) => tag.split('-')[0] === lang.split('-')[0]);
  const form = new Intl.DateTimeFormat(own || lang, { dateStyle: 'medium', timeStyle: 'short' });
  return (root) => {
    for (const time of root.querySelectorAll('time[datetime]:not([title])')) {
      time.title = time.textContent;
      time.textContent = form.format(new Date(time.dateTime));
    }
  };
})();
showTimes(document);
