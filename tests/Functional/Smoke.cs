namespace QueueInference.Functional;
