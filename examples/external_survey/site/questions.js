// The questions of the survey, in their order. {topic} is replaced by the topic in the page's address.
// `problem` returns what is wrong with an answer, or an empty text.
const QUESTIONS = [
  {
    name: 'often',
    text: 'How often do you use {topic}?',
    options: ['Never', 'Sometimes', 'Every week', 'Every day'],
  },
  {
    name: 'minutes',
    text: 'How many minutes does your usual way to work, school or the shops take?',
    number: [0, 600],
  },
  {
    // A control question: who reads it knows the answer. check_controls.py has it.
    name: 'control_word',
    text: 'This question shows that you read the questions. Please choose "Sometimes".',
    options: ['Never', 'Sometimes', 'Every week', 'Every day'],
  },
  {
    name: 'rating',
    text: 'How good are {topic} where you live? 1 is very bad, 5 is very good.',
    options: ['1', '2', '3', '4', '5'],
  },
  {
    name: 'why',
    text: 'Why? Please write a sentence.',
    problem: (answer) => (answer.split(/\s+/).length < 3 ? 'Please write at least three words.' : ''),
  },
  {
    name: 'control_sum',
    text: 'And one more control question: how much is seven plus five?',
    number: [0, 100],
  },
];
