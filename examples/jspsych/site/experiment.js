// An experiment of jsPsych with a trial for each word in the page's address. At its end the worker submits the data.
(function () {
  const address = new URLSearchParams(window.location.search);
  const experiment = document.getElementById('experiment');
  const words = readWords(address.get('words')) || ['oak', 'wren', 'salmon'];
  const BUTTON = jsPsychHtmlButtonResponse;

  // In the row of the input file, words is a list, which stands in the address as JSON.
  function readWords(text) {
    try {
      const list = JSON.parse(text);
      return Array.isArray(list) && list.length ? list.map(String) : null;
    } catch (error) {
      return null;
    }
  }

  function show(word) {
    const paragraph = document.createElement('p');
    paragraph.className = 'word';
    paragraph.textContent = word;
    return paragraph.outerHTML;
  }

  function finish(jsPsych) {
    const trials = jsPsych.data.get().filter({ task: 'sort' }).values();
    simpleamt.setOutput(trials.map(({ word, response, rt }) => ({ word, choice: ['animal', 'plant'][response], rt: Math.round(rt) })));
    experiment.textContent = 'Thank you. Please submit your answers.';
    document.getElementById('submit-btn').hidden = false;
    document.getElementById('submit-btn').focus();
  }

  if (simpleamt.isPreview()) {
    experiment.textContent = 'You will see ' + words.length + ' words, one after the other, and press a button for each.';
    return;
  }
  simpleamt.setupSubmit();
  const jsPsych = initJsPsych({ display_element: experiment, on_finish: () => finish(jsPsych) });
  jsPsych.run([
    {
      type: BUTTON,
      stimulus: '<p>Is it an animal or a plant? Press a button for each word, as fast as you can.</p>',
      choices: ['Start'],
    },
    ...words.map((word) => ({
      type: BUTTON,
      stimulus: show(word),
      choices: ['Animal', 'Plant'],
      data: { task: 'sort', word },
      post_trial_gap: 250,
    })),
  ]);
})();
